#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "hourglass/tensor/backend.h"

namespace hourglass {

/// The elements of a view in host memory while this object lives. On the host that is the view's own memory; elsewhere
/// it is a copy, which a mutable view takes over at the end.
template <class Byte>
class HostElements {
 public:
  explicit HostElements(const BasicView<Byte>& v) : view_(v), mapped_(ops::backend_of(v).map(v)) {}
  ~HostElements() { ops::backend_of(view_).unmap(view_, mapped_, !std::is_const_v<Byte>); }
  HostElements(const HostElements&) = delete;
  HostElements& operator=(const HostElements&) = delete;

  /// T: float or double, the view's type.
  template <class T>
  auto as() const {
    const auto elements = BasicView<Byte>(mapped_, view_.dtype(), view_.shape()).template as<T>();
    return std::span(elements, static_cast<size_t>(view_.size()));
  }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(mapped_), static_cast<size_t>(view_.size() * size_of(view_.dtype()))};
  }

 private:
  BasicView<Byte> view_;
  std::byte* mapped_;
};

/// v for the host to read: `to_host(v).as<float>()`, valid while the returned object lives.
inline HostElements<const std::byte> to_host(ConstView v) { return HostElements(v); }

/// f(elements): a std::span of float or double over v in host memory. What f writes to a mutable view becomes its
/// value.
template <class Byte, class F>
auto visit_floats(const BasicView<Byte>& v, F f) {
  const HostElements host(v);
  return v.dtype() == DType::f32 ? f(host.template as<float>()) : f(host.template as<double>());
}

/// f(elements of a, elements of b); a and b have the same type.
template <class ByteA, class ByteB, class F>
auto visit_floats(const BasicView<ByteA>& a, const BasicView<ByteB>& b, F f) {
  const HostElements host_a(a);
  const HostElements host_b(b);
  return a.dtype() == DType::f32 ? f(host_a.template as<float>(), host_b.template as<float>())
                                 : f(host_a.template as<double>(), host_b.template as<double>());
}

/// f(i, x) for the elements 0, 1, … of either type, x as a double.
template <class F>
void for_each_value(ConstView v, F f) {
  visit_floats(v, [&](auto x) {
    for (size_t i = 0; i < x.size(); ++i) f(static_cast<int64_t>(i), static_cast<double>(x[i]));
  });
}

/// Every element is a finite number when it is stored in 32 bits.
inline bool all_finite(ConstView v) {
  return visit_floats(v, [](auto x) {
    return std::ranges::all_of(x, [](auto element) { return std::isfinite(static_cast<float>(element)); });
  });
}

}  // namespace hourglass
