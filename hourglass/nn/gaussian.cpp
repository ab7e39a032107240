#include <array>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/noise.h"

namespace hourglass {

namespace {

/// Draws are a function of (seed, epoch, sample id, unit). The derivatives for Jacobians are those of the mean.
class Gaussian final : public Layer {
 public:
  explicit Gaussian(int64_t units) : Layer({units}), mean_{{0, units}} {}

  bool is_gaussian() const override { return true; }

  void forward(const PassContext& context, ConstView, const InputRows& in, View out) const override {
    if (context.mode != Mode::training) return ops::pack_columns(in, mean_, out);
    thread_local Arena arena;
    arena.reset();
    const View noise = arena.take(out.dtype(), out.shape());
    fill_normal(Random(context.seed, Stream::code), context.epoch, context.sample_ids, 0, noise);
    ops::gaussian_sample(in, noise, out);
  }
  void backward(const PassContext&, ConstView, ConstView in, ConstView out, ConstView grad_out,
                View grad_in) const override {
    ops::gaussian_backward(in, out, grad_out, grad_in);
  }
  void jvp(ConstView, const Linearization&, ConstView v, View out) const override { ops::pack_columns(v, mean_, out); }
  void vjp(ConstView, const Linearization&, ConstView u, View grad_in) const override {
    clear(grad_in);
    ops::add_packed_columns(u, mean_, grad_in);
  }

 private:
  std::array<ops::ColumnRange, 1> mean_;  ///< the columns of the input that have μ
};

}  // namespace

std::unique_ptr<Layer> make_gaussian(const LayerContext& c) {
  const int64_t units = std::get<GaussianConfig>(c.config.options).units;
  if (c.input.size() != 2 * units)
    fail("{}: its input {} has {} features, expected {}: a mean and a ln σ² for each of {} units", c.place(),
         c.input.text(), c.input.size(), 2 * units, units);
  return std::make_unique<Gaussian>(units);
}

}  // namespace hourglass
