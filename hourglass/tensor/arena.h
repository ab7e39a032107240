#pragma once

#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Memory for temporary views, which are valid until reset() or rewind(). Once it has served a workload, the same
/// workload allocates nothing more.
class Arena {
 public:
  explicit Arena(Device device = Device::host) : device_(device) {}

  /// A position to rewind to.
  struct Mark {
    size_t block = 0;
    int64_t used = 0, taken = 0;
  };

  /// Uninitialised, 64-byte aligned.
  View take(DType dtype, Shape shape);
  Mark mark() const { return now_; }
  /// Frees what was taken after mark().
  void rewind(const Mark& mark) { now_ = mark; }
  /// Frees everything and keeps one block that is large enough for all of it.
  void reset();

 private:
  Device device_;
  std::vector<Tensor> blocks_;
  Mark now_;            ///< the block in use, bytes taken from it, bytes taken from all blocks
  int64_t needed_ = 0;  ///< most bytes taken at one time since reset()
};

}  // namespace hourglass
