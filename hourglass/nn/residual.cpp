#include "hourglass/nn/residual.h"

#include <fmt/format.h>

#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

class Sum final : public LinearLayer {
 public:
  explicit Sum(Shape shape) : LinearLayer(shape) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override { copy(in, out); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { copy(v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override { copy(u, grad_in); }
  bool backward_may_overwrite_input() const override { return true; }
};

/// True if holds(from, to) for every axis but the channels.
bool on_all_axes(const Shape& from, const Shape& to, const auto& holds) {
  for (int axis = 1; axis < from.rank(); ++axis)
    if (!holds(from[axis], to[axis])) return false;
  return true;
}

/// Smallest stride with which a convolution of kernel 1 makes `to` of `from`; 0 if none does.
int64_t stride_between(const Shape& from, const Shape& to) {
  constexpr int64_t kLargestStride = 1024;  // of a recipe
  for (int64_t stride = 1; stride <= kLargestStride; ++stride)
    if (on_all_axes(from, to, [&](int64_t side, int64_t made) { return (side - 1) / stride + 1 == made; }))
      return stride;
  return 0;
}

std::string convolution_between(const Shape& from, const Shape& to) {
  const char* axes = from.rank() == 2 ? "1d" : "2d";
  if (const int64_t stride = stride_between(from, to))
    return fmt::format("conv{} = {}, kernel = 1{}", axes, to[0],
                       stride == 1 ? "" : fmt::format(", stride = {}", stride));
  const int64_t smaller = from[1] - to[1], factor = to[1] / from[1];
  if (smaller > 0 && on_all_axes(from, to, [&](int64_t side, int64_t made) { return side - smaller == made; }))
    return fmt::format("conv{} = {}, kernel = {}", axes, to[0], smaller + 1);
  if (factor > 1 && on_all_axes(from, to, [&](int64_t side, int64_t made) { return side * factor == made; }))
    return fmt::format("conv_transpose{} = {}, kernel = {}, stride = {}", axes, to[0], factor, factor);
  return "";
}

std::string layer_between(const Shape& from, const Shape& to) {
  if (to.rank() == 1)
    return from.size() == to.size() ? fmt::format("reshape = [{}]", to.size()) : fmt::format("dense = {}", to.size());
  return from.rank() == to.rank() ? convolution_between(from, to) : "";
}

}  // namespace

std::unique_ptr<Layer> make_sum(Shape shape) { return std::make_unique<Sum>(shape); }

std::string fitting_shortcut(const Shape& from, const Shape& to) {
  const std::string layer = layer_between(from, to);
  return layer.empty() ? "" : fmt::format("shortcut = [{{ {} }}]", layer);
}

}  // namespace hourglass
