#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "hourglass/tensor/shape.h"

namespace hourglass {

enum class DType : uint8_t { f32, f64 };

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

/// A dense row-major block that somebody else owns, first axis = rows of the batch. Byte is std::byte or const
/// std::byte.
template <class Byte>
class BasicView {
 public:
  BasicView() = default;
  BasicView(Byte* data, DType dtype, Shape shape) : data_(data), dtype_(dtype), shape_(shape) {}
  /// A mutable view is usable wherever a constant one is.
  operator BasicView<const std::byte>() const { return {data_, dtype_, shape_}; }

  explicit operator bool() const { return data_ != nullptr; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return shape_.size(); }
  int64_t rows() const { return shape_[0]; }
  /// Elements per row.
  int64_t columns() const { return size() / rows(); }
  Byte* bytes() const { return data_; }

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
    return {data_ + first * (shape_[0] ? columns() : 0) * size_of(dtype_), dtype_, s};
  }
  /// The same elements under another shape of the same size.
  BasicView reshaped(Shape shape) const {
    HOURGLASS_CHECK(shape.size() == size());
    return {data_, dtype_, shape};
  }
  /// `shape.size()` elements starting at element `offset`, as their own view.
  BasicView part(int64_t offset, Shape shape) const { return {data_ + offset * size_of(dtype_), dtype_, shape}; }

 private:
  Byte* data_ = nullptr;
  DType dtype_ = DType::f32;
  Shape shape_;
};

using View = BasicView<std::byte>;
using ConstView = BasicView<const std::byte>;

/// Owns a zero-initialised, 64-byte aligned, row-major block of f32 or f64. Moves, never copies silently.
class Tensor {
 public:
  Tensor() = default;
  Tensor(DType dtype, Shape shape);

  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;

  Tensor clone() const;
  /// The same numbers as another type; f64 → f32 rounds to nearest.
  Tensor cast(DType dtype) const;

  View view() { return {data_.get(), dtype_, shape_}; }
  ConstView view() const { return {data_.get(), dtype_, shape_}; }
  operator View() { return view(); }
  operator ConstView() const { return view(); }

  DType dtype() const { return dtype_; }
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
    void operator()(std::byte* p) const;
  };
  std::unique_ptr<std::byte[], Free> data_;
  DType dtype_ = DType::f32;
  Shape shape_;
};

}  // namespace hourglass
