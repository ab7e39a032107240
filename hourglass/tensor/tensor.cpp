#include "hourglass/tensor/tensor.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace hourglass {

namespace {
constexpr std::align_val_t kAlignment{64};
}

void Tensor::Free::operator()(std::byte* p) const { ::operator delete[](p, kAlignment); }

Tensor::Tensor(DType dtype, Shape shape) : dtype_(dtype), shape_(shape) {
  const size_t bytes = static_cast<size_t>(shape.size() * size_of(dtype));
  data_.reset(new (kAlignment) std::byte[std::max<size_t>(bytes, 1)]);
  std::memset(data_.get(), 0, bytes);
}

Tensor Tensor::clone() const { return cast(dtype_); }

Tensor Tensor::cast(DType dtype) const {
  if (!data_) return {};
  Tensor out(dtype, shape_);
  if (dtype == dtype_) {
    std::memcpy(out.data_.get(), data_.get(), static_cast<size_t>(size() * size_of(dtype)));
  } else if (dtype == DType::f64) {
    std::copy_n(as<float>(), size(), out.as<double>());
  } else {
    std::transform(as<double>(), as<double>() + size(), out.as<float>(),
                   [](double v) { return static_cast<float>(v); });
  }
  return out;
}

}  // namespace hourglass
