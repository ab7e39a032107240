#pragma once

#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Scratch views that live until reset() or rewind(). Grows while a workload is new, then never allocates again.
class Arena {
 public:
  /// A moment to go back to.
  struct Mark {
    size_t block = 0;
    int64_t used = 0, taken = 0;
  };

  /// Uninitialised space, 64-byte aligned.
  View take(DType dtype, Shape shape);
  Mark mark() const { return now_; }
  /// Gives back what was taken since.
  void rewind(const Mark& mark) { now_ = mark; }
  /// Gives everything back and keeps one block large enough for all of it.
  void reset();

 private:
  std::vector<Tensor> blocks_;
  Mark now_;            ///< the block in use, bytes taken from it, bytes taken from all
  int64_t needed_ = 0;  ///< the most taken at once since reset
};

}  // namespace hourglass
