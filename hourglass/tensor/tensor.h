#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hourglass/tensor/shape.h"

namespace hourglass {

enum class DType : uint8_t { f32, f64 };
/// Where memory lies and where arithmetic on it runs.
enum class Device : uint8_t { host };

inline int64_t size_of(DType t) { return t == DType::f32 ? 4 : 8; }

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::f32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::f64;
}

/// A dense row-major array in memory that another object owns. The first axis counts rows: the samples of a batch. Byte
/// is std::byte, or const std::byte for a read-only view.
template <class Byte>
class BasicView {
 public:
  BasicView() = default;
  BasicView(Byte* data, DType dtype, Shape shape, Device device = Device::host)
      : data_(data), dtype_(dtype), device_(device), shape_(shape) {}
  /// A mutable view converts to a read-only one.
  operator BasicView<const std::byte>() const { return {data_, dtype_, shape_, device_}; }

  explicit operator bool() const { return data_ != nullptr; }
  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return shape_.size(); }
  int64_t rows() const { return shape_[0]; }
  /// Elements per row: the product of all extents but the first.
  int64_t columns() const {
    int64_t n = 1;
    for (int axis = 1; axis < shape_.rank(); ++axis) n *= shape_[axis];
    return n;
  }
  Byte* bytes() const { return data_; }

  /// The elements, T being the view's type; for backends and for memory of the host (visit.h serves every device).
  template <class T>
  auto as() const {
    HOURGLASS_CHECK(dtype_ == dtype_of<T>());
    using Element = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    return reinterpret_cast<Element*>(data_);
  }

  /// Rows [first, first + count).
  BasicView slice(int64_t first, int64_t count) const {
    Shape s = shape_;
    s[0] = count;
    return {data_ + first * columns() * size_of(dtype_), dtype_, s, device_};
  }
  /// The same elements under another shape of the same size.
  BasicView reshaped(Shape shape) const {
    HOURGLASS_CHECK(shape.size() == size());
    return part(0, shape);
  }
  /// The `shape.size()` elements from element `offset` on.
  BasicView part(int64_t offset, Shape shape) const {
    return {data_ + offset * size_of(dtype_), dtype_, shape, device_};
  }

 private:
  Byte* data_ = nullptr;
  DType dtype_ = DType::f32;
  Device device_ = Device::host;
  Shape shape_;
};

using View = BasicView<std::byte>;
using ConstView = BasicView<const std::byte>;

namespace ops {
class Backend;
}

/// An array of f32 or f64 with its memory, which the device's backend (backend.h) provides: row-major, 64-byte aligned.
/// Can be moved; copies are explicit.
class Tensor {
 public:
  Tensor() = default;
  /// All elements 0.
  Tensor(DType dtype, Shape shape, Device device = Device::host);
  /// Elements of no particular value.
  static Tensor uninitialised(DType dtype, Shape shape, Device device = Device::host);

  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;

  Tensor clone() const;
  /// The same values as another type; f64 → f32 rounds to nearest.
  Tensor cast(DType dtype) const;

  View view() { return {data_.get(), dtype_, shape_, device_}; }
  ConstView view() const { return {data_.get(), dtype_, shape_, device_}; }
  operator View() { return view(); }
  operator ConstView() const { return view(); }

  DType dtype() const { return dtype_; }
  Device device() const { return device_; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return data_ ? shape_.size() : 0; }
  int64_t rows() const { return shape_[0]; }
  template <class T>
  T* as() {
    return view().as<T>();
  }
  template <class T>
  const T* as() const {
    return view().as<T>();
  }

 private:
  struct Free {
    const ops::Backend* backend;  ///< the one that allocated the memory
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  DType dtype_ = DType::f32;
  Device device_ = Device::host;
  Shape shape_;
};

}  // namespace hourglass
