#include "hourglass/data/formats/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/formats/named_arrays.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored as they lie in memory");

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kLongestHeader = 100'000'000;
constexpr const char* kMetadata = "__metadata__";

/// Entry of a tensor in the header.
struct Entry {
  std::string dtype;
  std::vector<int64_t> shape, data_offsets;
};

void fields(auto& v, Entry& e) {
  for (const char* key : {"dtype", "shape", "data_offsets"}) v.needs(key);
  v.field("dtype", e.dtype, Anything{}, "");
  v.field("shape", e.shape, at_least(0), "");
  v.field("data_offsets", e.data_offsets, at_least(0), "");
}

/// A type of numbers as safetensors files name it, its size in bytes, and its name in an npy file; BF16 has none there.
struct StoredType {
  std::string_view name;
  int64_t bytes;
  std::string_view npy;
};

constexpr StoredType kStoredTypes[] = {{"F32", 4, "<f4"}, {"F64", 8, "<f8"}, {"F16", 2, "<f2"}, {"BF16", 2, ""},
                                       {"U8", 1, "|u1"},  {"I8", 1, "|i1"},  {"U16", 2, "<u2"}, {"I16", 2, "<i2"},
                                       {"U32", 4, "<u4"}, {"I32", 4, "<i4"}, {"U64", 8, "<u8"}, {"I64", 8, "<i8"},
                                       {"BOOL", 1, "|b1"}};

/// A checked entry.
struct Slot {
  std::string name;
  StoredType type;
  Shape shape;
  int64_t begin, end;  ///< bytes after the header
};

/// The numbers of a BF16 tensor as F32, whose upper half they are.
std::string widened(std::string_view halves) {
  std::string floats(2 * halves.size(), '\0');
  for (size_t i = 0; i < halves.size(); i += 2) halves.copy(floats.data() + 2 * i + 2, 2, i);
  return floats;
}

/// The counter of batches that PyTorch's normalisation layers keep; nothing here depends on it.
bool is_counter(std::string_view tensor) { return tensor.ends_with(".num_batches_tracked"); }

class Parser {
 public:
  Parser(std::string_view bytes, const std::string& name) : bytes_(bytes), file_(name) {}

  SafeTensors parse() {
    Value header = read_header();
    SafeTensors result;
    std::vector<Slot> slots;
    for (auto& [key, place, value] : *header.as<Value::Table>()) {
      if (key == kMetadata)
        read_value(value, kMetadata, result.metadata, Anything{});
      else if (is_counter(key))
        slots.push_back(slot(key, value, "integers, F16, BF16, F32, F64 or BOOL", kStoredTypes));
      else
        slots.push_back(slot(key, value, "F32 or F64", std::span(kStoredTypes).first(2)));
    }
    check_cover(slots);
    for (const Slot& s : slots)
      if (!is_counter(s.name)) result.tensors.emplace(s.name, load(s));
    return result;
  }

  NpyArray parse_array(const std::string& tensor) {
    Value header = read_header();
    auto& table = *header.as<Value::Table>();
    std::erase_if(table, [](const auto& entry) { return entry.key == kMetadata; });
    std::vector<std::string> names;
    for (const auto& entry : table) names.push_back(entry.key);
    auto& [key, place, value] = table[find_array(names, tensor, file_, "tensor")];
    const Slot s = slot(key, value, "integers, F16, BF16, F32, F64 or BOOL", kStoredTypes);
    const std::string where = file_ + ":" + s.name;
    if (s.shape.rank() == 0 || s.begin == s.end) fail("{}: shape [{}], expected rows of values", where, s.shape.text());
    const NpyHeader as{std::string(s.type.npy.empty() ? "<f4" : s.type.npy), false, s.shape,
                       announced_size(s.shape, where)};
    const std::string_view numbers = data_.substr(s.begin, s.end - s.begin);
    return npy_values(as, s.type.npy.empty() ? widened(numbers) : numbers, true, where);
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
    Value header = parse_json(bytes_.substr(kLengthBytes, length), file_);
    if (!header.as<Value::Table>()) fail("{}: header: expected a table, found {}", file_, header.describe());
    return header;
  }

  Slot slot(const std::string& name, Value& v, const char* expected, std::span<const StoredType> types) const {
    set_place(v, {std::make_shared<const std::string>(file_ + ": " + name)});
    Entry entry;
    FieldReader::read_table(v, "", entry);
    const auto type = std::ranges::find(types, entry.dtype, &StoredType::name);
    if (type == types.end()) fail("{}: {}: dtype {}, expected {}", file_, name, entry.dtype, expected);
    if (entry.shape.size() > Shape::kMaxRank)
      fail("{}: {}: shape: {} axes, at most {} are supported", file_, name, entry.shape.size(), Shape::kMaxRank);
    const auto& offsets = entry.data_offsets;
    if (offsets.size() != 2) fail("{}: {}: data_offsets: expected 2 numbers, found {}", file_, name, offsets.size());
    Slot s{name, *type, Shape(entry.shape), offsets[0], offsets[1]};
    const auto available = static_cast<int64_t>(data_.size());
    if (s.begin > s.end || s.end > available)
      fail("{}: {}: data_offsets [{}, {}] do not lie in {} bytes of data", file_, name, s.begin, s.end, available);
    check_bytes(s);
    return s;
  }

  void check_bytes(const Slot& s) const {
    int64_t expected = s.type.bytes;
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
    Tensor tensor(*find_named<DType>(s.type.name), s.shape);
    std::copy_n(data_.data() + s.begin, s.end - s.begin, reinterpret_cast<char*>(tensor.view().bytes()));
    return tensor;
  }

  std::string_view bytes_, data_;
  std::string file_;
};

Value header_value(const std::map<std::string, ConstView>& tensors,
                   const std::map<std::string, std::string>& metadata) {
  Value::Table header, texts;
  for (const auto& [key, text] : metadata) texts.push_back({key, {}, {text, {}}});
  if (!texts.empty()) header.push_back({kMetadata, {}, {std::move(texts), {}}});
  int64_t at = 0;
  for (const auto& [name, view] : tensors) {
    const int64_t begin = std::exchange(at, at + view.size() * size_of(view.dtype()));
    Entry entry{name_of(view.dtype()), {view.shape().begin(), view.shape().end()}, {begin, at}};
    FieldWriter writer;
    fields(writer, entry);
    header.push_back({name, {}, {writer.take(), {}}});
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
  return parse_safetensors(read_file_at_hand(path), path.string());
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& name) { return Parser(bytes, name).parse(); }

NpyArray parse_safetensors_array(std::string_view bytes, const std::string& tensor, const std::string& name) {
  return Parser(bytes, name).parse_array(tensor);
}

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
