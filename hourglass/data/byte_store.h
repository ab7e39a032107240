#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hourglass/base/file.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Bytes that are appended one after the other. They are in memory while there are fewer than `limit`, then in a
/// temporary file without a name, parts of which the operating system keeps in memory.
class ByteStore {
 public:
  explicit ByteStore(size_t limit = kMapFrom) : limit_(limit) {}

  /// Throws RuntimeFailure if the temporary folder cannot be written.
  void append(std::span<const uint8_t> bytes);
  /// All bytes, for use as Dataset::values. The store must not be used afterwards.
  Values take();

 private:
  void flush();

  size_t limit_;
  size_t written_ = 0;  ///< bytes in the file
  std::vector<uint8_t> buffer_;
  std::unique_ptr<Descriptor> file_;
};

}  // namespace hourglass
