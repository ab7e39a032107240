#pragma once

#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Scratch views that live until reset(). Grows while a workload is new, then never allocates again.
class Arena {
 public:
  /// Uninitialised space, 64-byte aligned.
  View take(DType dtype, Shape shape);
  /// Gives everything back and keeps one block large enough for all of it.
  void reset();

 private:
  std::vector<Tensor> blocks_;
  int64_t used_ = 0;    ///< bytes taken from the last block
  int64_t needed_ = 0;  ///< bytes taken since reset
};

}  // namespace hourglass
