#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "hourglass/base/mapped_file.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass {

/// Values of a memory-mapped npy file in C order, converted to float on demand.
class StoredArray {
 public:
  StoredArray(std::shared_ptr<const MappedFile> file, const NpyHeader& header);

  size_t size() const { return static_cast<size_t>(header_.count); }
  bool is_bytes() const { return header_.type.ends_with("u1"); }
  /// True if the values are floats in the byte order of the processor.
  bool is_plain_floats() const;
  /// The bytes of the values, as stored in the file.
  std::string_view bytes() const;
  /// Reads the values [first, first + count) as floats.
  void read(size_t first, size_t count, float* out) const { decode_(at(first), count, out); }
  /// The values [first, first + count) as an array; the file stays mapped while any part exists.
  StoredArray part(size_t first, size_t count) const;

 private:
  const char* at(size_t i) const { return file_->bytes().data() + header_.start + i * header_.item(); }

  std::shared_ptr<const MappedFile> file_;
  NpyHeader header_;  ///< start and count are those of this part
  NpyDecoder decode_;
};

/// Files of at least this size are mapped instead of read.
constexpr size_t kMapFrom = size_t{1} << 28;

struct StoredNpy {
  Shape shape;
  StoredArray values;
};

/// Maps the array of an npy file in C order and checks every value once. Throws Error as parse_npy does.
StoredNpy map_npy(const std::string& path, bool nan_is_missing = false);

}  // namespace hourglass
