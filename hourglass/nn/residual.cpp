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

/// Smallest stride with which a 1 × 1 convolution makes `to` of `from`; 0 if none does.
int64_t stride_between(const Shape& from, const Shape& to) {
  constexpr int64_t kLargestStride = 1024;  // of a recipe
  for (int64_t stride = 1; stride <= kLargestStride; ++stride)
    if ((from[1] - 1) / stride + 1 == to[1] && (from[2] - 1) / stride + 1 == to[2]) return stride;
  return 0;
}

std::string convolution_between(const Shape& from, const Shape& to) {
  if (const int64_t stride = stride_between(from, to))
    return fmt::format("conv2d = {}, kernel = 1{}", to[0], stride == 1 ? "" : fmt::format(", stride = {}", stride));
  const int64_t smaller = from[1] - to[1], factor = to[1] / from[1];
  if (smaller > 0 && smaller == from[2] - to[2]) return fmt::format("conv2d = {}, kernel = {}", to[0], smaller + 1);
  if (factor > 1 && from[1] * factor == to[1] && from[2] * factor == to[2])
    return fmt::format("conv_transpose2d = {}, kernel = {}, stride = {}", to[0], factor, factor);
  return "";
}

std::string layer_between(const Shape& from, const Shape& to) {
  if (to.rank() == 1)
    return from.size() == to.size() ? fmt::format("reshape = [{}]", to.size()) : fmt::format("dense = {}", to.size());
  return from.rank() == 3 && to.rank() == 3 ? convolution_between(from, to) : "";
}

}  // namespace

std::unique_ptr<Layer> make_sum(Shape shape) { return std::make_unique<Sum>(shape); }

std::string fitting_shortcut(const Shape& from, const Shape& to) {
  const std::string layer = layer_between(from, to);
  return layer.empty() ? "" : fmt::format("shortcut = [{{ {} }}]", layer);
}

}  // namespace hourglass
