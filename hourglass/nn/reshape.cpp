#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

/// Its input is in the order of PyTorch, channels first (Network::append sees to that); its output is channels-last.
class Reshape final : public LinearLayer {
 public:
  explicit Reshape(Shape output) : LinearLayer(output) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override { to_output(in, out); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { to_output(v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override {
    const Shape& s = output();
    is_layered(s) ? ops::swap_axes(u, s[1] * s[2], s[0], grad_in) : copy(u, grad_in);
  }

 private:
  void to_output(ConstView in, View out) const {
    const Shape& s = output();
    is_layered(s) ? ops::swap_axes(in, s[0], s[1] * s[2], out) : copy(in, out);
  }
};

}  // namespace

std::unique_ptr<Layer> make_reshape(const LayerContext& c) {
  const std::vector<int64_t>& sizes = std::get<ReshapeConfig>(c.config.options).sizes;
  if (sizes.size() != 1 && sizes.size() != 3)
    fail("{}: {} sizes, expected [units] or [channels, height, width]", c.place(), sizes.size());
  Shape shape;
  double values = 1;  // the product may not fit an int64_t
  for (const int64_t size : sizes) {
    shape.push_back(size);
    values *= static_cast<double>(size);
  }
  if (values != static_cast<double>(c.input.size()))
    fail("{}: {} has {:.0f} values, its input {} has {}", c.place(), shape.text(), values, c.input.text(),
         c.input.size());
  return std::make_unique<Reshape>(shape);
}

}  // namespace hourglass
