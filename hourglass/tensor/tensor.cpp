#include "hourglass/tensor/tensor.h"

#include <algorithm>

#include "hourglass/tensor/backend.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

void Tensor::Free::operator()(std::byte* memory) const {
  if (memory) backend->deallocate(memory);
}

Tensor Tensor::uninitialised(DType dtype, Shape shape, Device device) {
  const ops::Backend& b = ops::backend(device, dtype);
  const auto bytes = static_cast<size_t>(shape.size() * size_of(dtype));
  Tensor t;
  t.data_ = {b.allocate(std::max<size_t>(bytes, 1)), Free{&b}};
  t.dtype_ = dtype;
  t.device_ = device;
  t.shape_ = shape;
  return t;
}

Tensor::Tensor(DType dtype, Shape shape, Device device) : Tensor(uninitialised(dtype, shape, device)) { clear(*this); }

Tensor Tensor::clone() const { return cast(dtype_); }

Tensor Tensor::cast(DType dtype) const {
  if (!data_) return {};
  Tensor out = uninitialised(dtype, shape_, device_);
  ops::backend_of(view()).copy(view(), out);
  return out;
}

void copy(ConstView from, View to) {
  HOURGLASS_CHECK(from.dtype() == to.dtype() && from.size() == to.size());
  ops::backend_of(to).copy(from, to);
}

void fill(double value, View v) { ops::backend_of(v).fill(value, v); }

void clear(View v) { fill(0, v); }

}  // namespace hourglass
