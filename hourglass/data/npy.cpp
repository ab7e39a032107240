#include "hourglass/data/npy.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "hourglass/base/error.h"
#include "hourglass/data/dataset.h"

namespace hourglass {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in the file");

constexpr std::string_view kMagic = "\x93NUMPY";

struct Header {
  std::string type;
  Shape shape;
  int64_t count;
};

/// Walks through the Python dictionary in a header: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Header read() {
    int keys = 0;
    expect('{');
    while (!accept('}')) {
      read_entry();
      ++keys;
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (keys != 3 || !type_ || !c_order_ || !shape_ || !text_.empty()) malformed();
    const auto count = checked_size(*shape_);
    if (!count) fail("{}: header says {}: more than any file can hold", name_, shape_->text());
    if (*count == 0) fail("{}: header says {}: every dimension must be at least 1", name_, shape_->text());
    return {*type_, *shape_, *count};
  }

 private:
  void read_entry() {
    const std::string key = quoted();
    expect(':');
    if (key == "descr") {
      type_ = type();
    } else if (key == "fortran_order") {
      if (accept_word("True")) fail("{}: array in Fortran order, expected C order (numpy.ascontiguousarray)", name_);
      if (!(c_order_ = accept_word("False"))) malformed();
    } else if (key == "shape") {
      shape_ = shape();
    } else {
      malformed();
    }
  }

  std::string type() {
    if (accept('[')) fail("{}: structured array, expected '<f4', '<f8' or '|u1'", name_);
    const std::string type = quoted();
    if (type == "|O") fail("{}: array of Python objects ('|O'), expected '<f4', '<f8' or '|u1'", name_);
    if (type != "<f4" && type != "<f8" && type != "|u1") {
      fail("{}: array of '{}', expected '<f4', '<f8' or '|u1'", name_, type);
    }
    return type;
  }

  Shape shape() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (shape.rank() == Shape::kMaxRank) fail("{}: array of more than 4 dimensions, expected 1 to 4", name_);
      shape.push_back(integer());
      if (!accept(',')) {
        if (shape.rank() == 1) malformed();  // (3) is a number in Python, (3,) a shape
        expect(')');
        break;
      }
    }
    if (shape.rank() == 0) fail("{}: a single number, expected an array of 1 to 4 dimensions", name_);
    return shape;
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
  bool c_order_ = false;
  std::optional<Shape> shape_;
};

/// Takes magic, version and header off `content` and returns the header's text.
std::string_view take_header(std::string_view& content, const std::string& name) {
  if (!is_npy(content) || content.size() < 12) fail("{}: not an npy file, or cut off within its header", name);
  const auto byte = [&](size_t i) { return size_t{static_cast<unsigned char>(content[i])}; };
  const size_t version = byte(6);
  if (version != 1 && version != 2) fail("{}: npy version {}.{}, expected 1.0 or 2.0", name, version, byte(7));
  const size_t start = version == 1 ? 10 : 12;
  const size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > content.size() - start) {
    fail("{}: npy header of {} bytes announced, file holds {}", name, length, content.size() - start);
  }
  const std::string_view header = content.substr(start, length);
  content.remove_prefix(start + length);
  return header;
}

template <class T>
std::vector<float> finite_floats(std::string_view data, const Header& header, const std::string& name) {
  std::vector<float> values(static_cast<size_t>(header.count));
  const int64_t width = header.count / header.shape[0];
  for (int64_t i = 0; i < header.count; ++i) {
    T value;
    std::memcpy(&value, data.data() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
    values[static_cast<size_t>(i)] = static_cast<float>(value);
    if (!std::isfinite(values[static_cast<size_t>(i)])) {
      fail("{}: row {}, column {} (counted from 0): {} is not a finite 32-bit number", name, i / width, i % width,
           value);
    }
  }
  return values;
}

}  // namespace

bool is_npy(std::string_view content) { return content.starts_with(kMagic); }

NpyArray parse_npy(std::string_view content, const std::string& name) {
  const Header header = HeaderReader(take_header(content, name), name).read();
  const auto item = static_cast<size_t>(header.type[2] - '0');
  if (content.size() % item != 0 || content.size() / item != static_cast<size_t>(header.count)) {
    fail("{}: header says {} of '{}' ({} bytes each), file holds {} bytes", name, header.shape.text(), header.type,
         item, content.size());
  }
  if (header.type == "|u1") return {header.shape, std::vector<uint8_t>(content.begin(), content.end())};
  if (header.type == "<f4") return {header.shape, finite_floats<float>(content, header, name)};
  return {header.shape, finite_floats<double>(content, header, name)};
}

std::string npy_bytes(ConstView array) {
  const Shape& shape = array.shape();
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                  array.dtype() == DType::f32 ? "<f4" : "<f8", fmt::join(shape, ", "), shape.rank() == 1 ? "," : "");
  constexpr size_t kPrefix = 10, kAlignment = 64;
  header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(array.bytes()),
               static_cast<size_t>(array.size() * size_of(array.dtype())));
  return bytes;
}

}  // namespace hourglass
