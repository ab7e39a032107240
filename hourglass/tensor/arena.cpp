#include "hourglass/tensor/arena.h"

#include <algorithm>

namespace hourglass {

namespace {
constexpr int64_t kAlign = 64;
Tensor make_block(int64_t bytes, Device device) {
  return Tensor::uninitialised(DType::f64, {bytes / size_of(DType::f64)}, device);
}
int64_t bytes_of(const Tensor& t) { return t.size() * size_of(t.dtype()); }
}  // namespace

View Arena::take(DType dtype, Shape shape) {
  const int64_t bytes = (shape.size() * size_of(dtype) + kAlign - 1) / kAlign * kAlign;
  while (now_.block < blocks_.size() && now_.used + bytes > bytes_of(blocks_[now_.block])) {
    ++now_.block;
    now_.used = 0;
  }
  if (now_.block == blocks_.size()) blocks_.push_back(make_block(bytes, device_));
  Tensor& block = blocks_[now_.block];
  const View space(block.view().bytes() + now_.used, dtype, shape, device_);
  now_.used += bytes;
  now_.taken += bytes;
  needed_ = std::max(needed_, now_.taken);
  return space;
}

void Arena::reset() {
  if (blocks_.size() > 1) {
    blocks_.clear();
    blocks_.push_back(make_block(needed_, device_));
  }
  now_ = {};
  needed_ = 0;
}

}  // namespace hourglass
