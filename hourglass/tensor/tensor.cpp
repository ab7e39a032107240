#include "hourglass/tensor/tensor.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace hourglass {

namespace {
constexpr size_t kAlignment = 64;

/// Aligned by hand: the aligned allocations of glibc before 2.38 do not find the space they gave back, and a program
/// that makes the same tensors again and again grows. The byte before the first holds how far it was moved.
std::byte* allocate(size_t bytes) {
  auto* raw = static_cast<std::byte*>(::operator new(bytes + kAlignment));
  const size_t moved = kAlignment - reinterpret_cast<uintptr_t>(raw) % kAlignment;
  raw[moved - 1] = static_cast<std::byte>(moved);
  return raw + moved;
}

}  // namespace

void Tensor::Free::operator()(std::byte* p) const {
  if (p) ::operator delete(p - static_cast<size_t>(p[-1]));
}

Tensor::Tensor(DType dtype, Shape shape) : dtype_(dtype), shape_(shape) {
  const size_t bytes = static_cast<size_t>(shape.size() * size_of(dtype));
  data_.reset(allocate(std::max<size_t>(bytes, 1)));
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
