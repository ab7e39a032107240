#include "hourglass/tensor/arena.h"

#include <algorithm>

namespace hourglass {

namespace {
constexpr int64_t kAlign = 64;
Tensor block(int64_t bytes) { return Tensor(DType::f64, {bytes / size_of(DType::f64)}); }
int64_t bytes_of(const Tensor& t) { return t.size() * size_of(t.dtype()); }
}  // namespace

View Arena::take(DType dtype, Shape shape) {
  const int64_t bytes = (shape.size() * size_of(dtype) + kAlign - 1) / kAlign * kAlign;
  if (blocks_.empty() || used_ + bytes > bytes_of(blocks_.back())) {
    blocks_.push_back(block(bytes));
    used_ = 0;
  }
  const View space(blocks_.back().view().bytes() + used_, dtype, shape);
  used_ += bytes;
  needed_ += bytes;
  return space;
}

void Arena::reset() {
  if (blocks_.size() > 1) {
    blocks_.clear();
    blocks_.push_back(block(needed_));
  }
  used_ = needed_ = 0;
}

}  // namespace hourglass
