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
    is_layered(s) ? ops::swap_axes(u, positions(s), s[0], grad_in) : copy(u, grad_in);
  }

 private:
  void to_output(ConstView in, View out) const {
    const Shape& s = output();
    is_layered(s) ? ops::swap_axes(in, s[0], positions(s), out) : copy(in, out);
  }
};

/// Changes the shape alone: a series is channels-last, so its memory is that of a row of time steps.
class SameMemory final : public LinearLayer {
 public:
  explicit SameMemory(Shape output) : LinearLayer(output) {}

  void forward(const PassContext&, ConstView, const InputRows& in, View out) const override { copy(in, out); }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { copy(v, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override { copy(u, grad_in); }
};

}  // namespace

std::unique_ptr<Layer> make_series(const LayerContext& c) {
  const int64_t channels = std::get<SeriesConfig>(c.config.options).channels, values = c.input.size();
  if (is_layered(c.input))
    fail("{}: needs a row of time steps, its input is {}; {{ reshape = [{}] }} before it makes one", c.place(),
         c.input.text(), values);
  if (values % channels != 0)
    fail("{}: its input has {} values, no whole number of time steps with {} each", c.place(), values, channels);
  return std::make_unique<SameMemory>(Shape{channels, values / channels});
}

std::unique_ptr<Layer> make_steps(const LayerContext& c) {
  if (c.input.rank() != 2) fail("{}: needs a series (channels × length), its input is {}", c.place(), c.input.text());
  return std::make_unique<SameMemory>(Shape{c.input.size()});
}

std::unique_ptr<Layer> make_reshape(const LayerContext& c) {
  const std::vector<int64_t>& sizes = std::get<ReshapeConfig>(c.config.options).sizes;
  if (sizes.empty() || sizes.size() > 3)
    fail("{}: {} sizes, expected [units], [channels, length] or [channels, height, width]", c.place(), sizes.size());
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
