#include "hourglass/data/formats/npy.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "hourglass/base/error.h"
#include "hourglass/data/dataset.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in the file");

constexpr std::string_view kMagic = "\x93NUMPY";

constexpr const char* kExpected = "expected integers, floats of 2, 4 or 8 bytes, or bool";

/// Parses the Python dictionary in a header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  NpyHeader read() {
    int keys = 0;
    expect('{');
    read_items('}', [&] {
      read_entry();
      ++keys;
    });
    skip_blanks();
    if (keys != 3 || !type_ || !fortran_ || !shape_ || !text_.empty()) malformed();
    return {*type_, *fortran_, *shape_, announced_size(*shape_, name_)};
  }

 private:
  void read_entry() {
    const std::string key = quoted();
    expect(':');
    if (key == "descr") {
      type_ = type();
    } else if (key == "fortran_order") {
      fortran_ = accept_word("True");
      if (!*fortran_ && !accept_word("False")) malformed();
    } else if (key == "shape") {
      shape_ = shape();
    } else {
      malformed();
    }
  }

  std::string type() {
    if (accept('[')) fail("{}: structured array, {}", name_, kExpected);
    const std::string type = quoted();
    if (type == "|O") fail("{}: array of Python objects ('|O'), {}", name_, kExpected);
    constexpr std::string_view kTypes = " u1 i1 b1 u2 i2 f2 u4 i4 f4 u8 i8 f8 ";
    const bool ordered = !type.empty() && std::string_view("<>|=").find(type[0]) != std::string_view::npos;
    if (!ordered || type.size() != 3 || kTypes.find(" " + type.substr(1) + " ") == std::string_view::npos)
      fail("{}: array of '{}', {}", name_, type, kExpected);
    return type;
  }

  Shape shape() {
    Shape shape;
    expect('(');
    const bool ends_in_comma = read_items(')', [&] {
      if (shape.rank() == Shape::kMaxRank) fail("{}: array of more than 4 dimensions, expected 1 to 4", name_);
      shape.push_back(integer());
    });
    if (shape.rank() == 1 && !ends_in_comma) malformed();  // in Python (3) is a number, (3,) a tuple
    if (shape.rank() == 0) fail("{}: a single number, expected an array of 1 to 4 dimensions", name_);
    return shape;
  }

  /// Reads items separated by commas, and `end`. True if a comma follows the last item.
  bool read_items(char end, auto read_item) {
    while (!accept(end)) {
      read_item();
      if (accept(',')) continue;
      expect(end);
      return false;
    }
    return true;
  }

  int64_t integer() {
    skip_blanks();
    int64_t value = -1;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) malformed();
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return value;
  }

  std::string quoted() {
    expect('\'');
    const size_t end = text_.find('\'');
    if (end == std::string_view::npos) malformed();
    std::string value(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return value;
  }

  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }
  bool accept_word(std::string_view word) {
    skip_blanks();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  bool accept(char c) { return accept_word({&c, 1}); }
  void expect(char c) {
    if (!accept(c)) malformed();
  }
  [[noreturn]] void malformed() const {
    fail("{}: npy header is malformed; expected descr, fortran_order and shape", name_);
  }

  std::string_view text_;
  const std::string& name_;
  std::optional<std::string> type_;
  std::optional<bool> fortran_;
  std::optional<Shape> shape_;
};

/// Converts IEEE 754 half precision, for which C++20 has no type.
struct Half {
  uint16_t bits;
  operator float() const {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float size = exponent == 31  ? (fraction ? NAN : HUGE_VALF)
                       : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                       : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return bits >> 15 ? -size : size;
  }
};

struct Bool {
  uint8_t byte;
  operator float() const { return byte ? 1.0f : 0.0f; }
};

/// Calls f with a value of the C++ type for the type `type` of NumPy.
auto with_type(std::string_view type, auto f) {
  const auto sized = [&](auto one, auto two, auto four, auto eight) {
    return type[2] == '1' ? f(one) : type[2] == '2' ? f(two) : type[2] == '4' ? f(four) : f(eight);
  };
  if (type[1] == 'b') return f(Bool());
  if (type[1] == 'f') return type[2] == '2' ? f(Half()) : type[2] == '4' ? f(float()) : f(double());
  return type[1] == 'u' ? sized(uint8_t(), uint16_t(), uint32_t(), uint64_t())
                        : sized(int8_t(), int16_t(), int32_t(), int64_t());
}

template <class T>
T load(const char* from, bool swapped) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, from, sizeof(T));
  if (swapped) std::reverse(bytes, bytes + sizeof(T));
  return std::bit_cast<T>(bytes);
}

/// Position in the file of the i-th value in C order.
size_t place_in_file(const NpyHeader& header, int64_t i) {
  if (!header.fortran) return static_cast<size_t>(i);
  int64_t place = 0, stride = header.count;
  for (int axis = header.shape.rank() - 1; axis >= 0; --axis) {
    stride /= header.shape[axis];
    place += i % header.shape[axis] * stride;
    i /= header.shape[axis];
  }
  return static_cast<size_t>(place);
}

template <class T>
std::vector<float> floats(std::string_view data, const NpyHeader& header, bool nan_is_missing,
                          const std::string& name) {
  std::vector<float> values(static_cast<size_t>(header.count));
  const int64_t width = header.count / header.shape[0];
  const bool swapped = header.type[0] == '>';
  for (int64_t i = 0; i < header.count; ++i) {
    const T value = load<T>(data.data() + place_in_file(header, i) * sizeof(T), swapped);
    const float x = values[static_cast<size_t>(i)] = static_cast<float>(value);
    if (!is_usable(x, nan_is_missing)) refuse_number(name, i, width, static_cast<double>(value));
  }
  return values;
}

template <class T, bool swapped>
void decode(const char* from, size_t count, float* to) {
  for (size_t i = 0; i < count; ++i) to[i] = static_cast<float>(load<T>(from + i * sizeof(T), swapped));
}

}  // namespace

bool is_usable(float x, bool nan_is_missing) { return std::isfinite(x) || (nan_is_missing && std::isnan(x)); }

void refuse_number(const std::string& name, int64_t index, int64_t width, double value) {
  fail("{}: row {}, column {} (counted from 0): {} is not a finite 32-bit number", name, index / width, index % width,
       value);
}

NpyDecoder npy_decoder(std::string_view type) {
  const bool swapped = type[0] == '>';
  return with_type(type, [&]<class T>(T) -> NpyDecoder { return swapped ? decode<T, true> : decode<T, false>; });
}

size_t NpyHeader::item() const { return static_cast<size_t>(type[2] - '0'); }

bool is_npy(std::string_view content) { return content.starts_with(kMagic); }

NpyHeader read_npy_header(std::string_view content, const std::string& name) {
  if (!is_npy(content) || content.size() < 12) fail("{}: not an npy file, or cut off within its header", name);
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(content[i])}; };
  const size_t version = byte(6);
  if (version < 1 || version > 3) fail("{}: npy version {}.{}, expected 1.0 to 3.0", name, version, byte(7));
  const size_t start = version == 1 ? 10 : 12;
  const size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > content.size() - start)
    fail("{}: npy header of {} bytes announced, file holds {}", name, length, content.size() - start);
  NpyHeader header = HeaderReader(content.substr(start, length), name).read();
  header.start = start + length;
  return header;
}

void check_npy_length(const NpyHeader& header, size_t bytes, const std::string& name) {
  const size_t item = header.item();
  if (bytes % item != 0 || bytes / item != static_cast<size_t>(header.count))
    fail("{}: header says {} of '{}' ({} bytes each), file holds {} bytes", name, header.shape.text(), header.type,
         item, bytes);
}

NpyArray parse_npy(std::string_view content, const std::string& name, bool nan_is_missing) {
  const NpyHeader header = read_npy_header(content, name);
  content.remove_prefix(header.start);
  check_npy_length(header, content.size(), name);
  return npy_values(header, content, nan_is_missing, name);
}

NpyArray npy_values(const NpyHeader& header, std::string_view data, bool nan_is_missing, const std::string& name) {
  HOURGLASS_CHECK(data.size() == static_cast<size_t>(header.count) * header.item());
  if (header.type.ends_with("u1")) {
    std::vector<uint8_t> bytes(data.size());
    for (size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<uint8_t>(data[place_in_file(header, static_cast<int64_t>(i))]);
    return {header.shape, std::move(bytes)};
  }
  return {header.shape,
          with_type(header.type, [&]<class T>(T) { return floats<T>(data, header, nan_is_missing, name); })};
}

std::string npy_start(DType dtype, const Shape& shape) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", dtype == DType::f32 ? "<f4" : "<f8",
                  fmt::join(shape, ", "), shape.rank() == 1 ? "," : "");
  constexpr size_t kPrefix = 10, kAlignment = 64;
  header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  return bytes + header;
}

std::string npy_bytes(ConstView array) {
  return npy_start(array.dtype(), array.shape()).append(to_host(array).bytes());
}

}  // namespace hourglass
