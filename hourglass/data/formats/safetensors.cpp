#include "hourglass/data/formats/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/schema/json.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored as they lie in memory");

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kLongestHeader = 100'000'000;
constexpr const char* kMetadata = "__metadata__";

/// Parses one tensor of the header and checks it individually.
struct Slot {
  std::string name;
  DType dtype;
  Shape shape;
  int64_t begin, end;  ///< bytes after the header
};

class Parser {
 public:
  Parser(std::string_view bytes, const std::string& name) : bytes_(bytes), file_(name) {}

  SafeTensors parse() {
    const Value header = read_header();
    const auto* table = header.as<Value::Table>();
    if (!table) fail("{}: header: expected a table, found {}", file_, header.describe());
    SafeTensors result;
    std::vector<Slot> slots;
    for (const auto& [key, place, value] : *table) {
      if (key == kMetadata)
        result.metadata = metadata(value);
      else
        slots.push_back(slot(key, value));
    }
    check_cover(slots);
    for (const Slot& s : slots) result.tensors.emplace(s.name, load(s));
    return result;
  }

 private:
  Value read_header() {
    if (bytes_.size() < kLengthBytes) fail("{}: {} bytes, too short for a safetensors file", file_, bytes_.size());
    uint64_t length;
    std::memcpy(&length, bytes_.data(), kLengthBytes);
    if (length > kLongestHeader)
      fail("{}: not a safetensors file: its first 8 bytes announce a header of {} bytes, of {} allowed", file_, length,
           kLongestHeader);
    const uint64_t rest = bytes_.size() - kLengthBytes;
    if (length > rest) fail("{}: header of {} bytes, but only {} follow", file_, length, rest);
    data_ = bytes_.substr(kLengthBytes + length);
    return parse_json(bytes_.substr(kLengthBytes, length), file_);
  }

  std::map<std::string, std::string> metadata(const Value& v) const {
    std::map<std::string, std::string> result;
    const auto* table = v.as<Value::Table>();
    if (!table) fail("{}: {}: expected a table, found {}", file_, kMetadata, v.describe());
    for (const auto& entry : *table) {
      const auto* text = entry.value.as<std::string>();
      if (!text) fail("{}: {}: {}: expected text, found {}", file_, kMetadata, entry.key, entry.value.describe());
      result[entry.key] = *text;
    }
    return result;
  }

  Slot slot(const std::string& name, const Value& v) const {
    const auto* table = v.as<Value::Table>();
    if (!table || table->size() != 3)
      fail("{}: {}: expected a table of dtype, shape and data_offsets, found {}", file_, name,
           table ? fmt::format("{} keys", table->size()) : v.describe());
    const auto offsets = numbers(name, *table, "data_offsets");
    if (offsets.size() != 2) fail("{}: {}: data_offsets: expected 2 numbers, found {}", file_, name, offsets.size());
    Slot s{name, dtype(name, *table), shape(name, *table), offsets[0], offsets[1]};
    const auto available = static_cast<int64_t>(data_.size());
    if (s.begin > s.end || s.end > available)
      fail("{}: {}: data_offsets [{}, {}] do not lie in {} bytes of data", file_, name, s.begin, s.end, available);
    check_bytes(s);
    return s;
  }

  const Value& part(const std::string& name, const Value::Table& table, const char* key) const {
    const Value* v = find(table, key);
    if (!v) fail("{}: {}: \"{}\" is missing", file_, name, key);
    return *v;
  }

  std::vector<int64_t> numbers(const std::string& name, const Value::Table& table, const char* key) const {
    const Value& v = part(name, table, key);
    const auto* list = v.as<Value::List>();
    if (!list) fail("{}: {}: {}: expected a list, found {}", file_, name, key, v.describe());
    std::vector<int64_t> result;
    for (const Value& item : *list) {
      const auto* n = item.as<int64_t>();
      if (!n || *n < 0) fail("{}: {}: {}: expected whole numbers from 0, found {}", file_, name, key, item.describe());
      result.push_back(*n);
    }
    return result;
  }

  DType dtype(const std::string& name, const Value::Table& table) const {
    const Value& v = part(name, table, "dtype");
    const auto* text = v.as<std::string>();
    if (const auto dtype = find_named<DType>(text ? *text : "")) return *dtype;
    fail("{}: {}: dtype {}, expected F32 or F64", file_, name, text ? *text : v.describe());
  }

  Shape shape(const std::string& name, const Value::Table& table) const {
    const auto extents = numbers(name, table, "shape");
    if (extents.size() > Shape::kMaxRank)
      fail("{}: {}: shape: {} axes, at most {} are supported", file_, name, extents.size(), Shape::kMaxRank);
    Shape s;
    for (int64_t extent : extents) s.push_back(extent);
    return s;
  }

  void check_bytes(const Slot& s) const {
    int64_t expected = size_of(s.dtype);
    bool overflow = false;
    for (int64_t extent : s.shape) overflow |= __builtin_mul_overflow(expected, extent, &expected);
    if (overflow) fail("{}: {}: shape {} is too large", file_, s.name, s.shape.text());
    if (expected != s.end - s.begin)
      fail("{}: {}: shape {} takes {} bytes, data_offsets give {}", file_, s.name, s.shape.text(), expected,
           s.end - s.begin);
  }

  /// Checks that the tensors, in the order of their offsets, cover all bytes without gaps or overlaps.
  void check_cover(std::vector<Slot>& slots) const {
    std::sort(slots.begin(), slots.end(),
              [](const Slot& a, const Slot& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
    int64_t at = 0;
    for (const Slot& s : slots) {
      if (s.begin != at) fail("{}: {}: begins at byte {} of the data, expected {}", file_, s.name, s.begin, at);
      at = s.end;
    }
    const auto size = static_cast<int64_t>(data_.size());
    if (at != size) fail("{}: tensors cover {} bytes of data, the file holds {}", file_, at, size);
  }

  Tensor load(const Slot& s) const {
    Tensor tensor(s.dtype, s.shape);
    std::copy_n(data_.data() + s.begin, s.end - s.begin, reinterpret_cast<char*>(tensor.view().bytes()));
    return tensor;
  }

  std::string_view bytes_, data_;
  std::string file_;
};

Value numbers_value(const auto& numbers) {
  Value::List list;
  for (int64_t n : numbers) list.push_back({n, {}});
  return {std::move(list), {}};
}

Value header_value(const std::map<std::string, ConstView>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  Value::Table header;
  Value::Table texts;
  for (const auto& [key, text] : metadata) texts.push_back({key, {}, {text, {}}});
  if (!texts.empty()) header.push_back({kMetadata, {}, {std::move(texts), {}}});
  int64_t at = 0;
  for (const auto& [name, view] : tensors) {
    const int64_t begin = std::exchange(at, at + view.size() * size_of(view.dtype()));
    Value::Table entry{{"dtype", {}, {name_of(view.dtype()), {}}},
                       {"shape", {}, numbers_value(view.shape())},
                       {"data_offsets", {}, numbers_value(std::array{begin, at})}};
    header.push_back({name, {}, {std::move(entry), {}}});
  }
  return {std::move(header), {}};
}

}  // namespace

bool is_safetensors(std::string_view start, uint64_t file_size) {
  if (start.size() <= kLengthBytes || start[kLengthBytes] != '{') return false;
  uint64_t length;
  std::memcpy(&length, start.data(), kLengthBytes);
  return length <= file_size - kLengthBytes;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& name) { return Parser(bytes, name).parse(); }

std::string safetensors_bytes(const std::map<std::string, ConstView>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::string header = json_text(header_value(tensors, metadata));
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  std::string bytes(reinterpret_cast<const char*>(&length), kLengthBytes);
  bytes += header;
  for (const auto& [name, view] : tensors) bytes.append(to_host(view).bytes());
  return bytes;
}

}  // namespace hourglass
