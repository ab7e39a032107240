#include <algorithm>
#include <cmath>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

class ActivationLayer : public Layer {
 public:
  ActivationLayer(Shape shape, Activation activation) : Layer(shape), activation_(activation) {}

  void forward(const PassContext& context, ConstView, const InputRows& in, View out) const final {
    ops::activate(*activation(context), in, out);
  }
  void backward(const PassContext& context, ConstView, ConstView in, ConstView out, ConstView grad_out,
                View grad_in) const final {
    ops::activate_backward(*activation(context), in, out, grad_out, grad_in);
  }
  bool backward_may_overwrite_input() const final { return activation_.kind != Activation::Kind::topk; }

  Linearization linearize(const PassContext& context, ConstView, ConstView in, ConstView out, bool second_order,
                          Arena& arena) const final {
    Linearization at{in, arena.take(out.dtype(), out.shape()), {}};
    if (second_order) at.curvature = arena.take(out.dtype(), out.shape());
    ops::activation_derivatives(*activation(context), in, out, at.slope, at.curvature);
    return at;
  }
  void vjp(ConstView, const Linearization& at, ConstView u, View grad_in) const final {
    ops::scale_rows_by_sample(at.slope, u, grad_in);
  }
  void jvp(ConstView, const Linearization& at, ConstView v, View out) const final {
    ops::scale_rows_by_sample(at.slope, v, out);
  }
  void vjp_backward(const Linearization& at, ConstView u, ConstView g, View, View grad_in) const final {
    if (grad_in) ops::add_products_by_sample(at.curvature, u, g, grad_in);
  }
  bool has_curvature() const final { return true; }

  std::optional<Activation> activation(const PassContext&) const override { return activation_; }

 private:
  Activation activation_;
};

class TopK final : public ActivationLayer {
 public:
  TopK(Shape shape, const TopKConfig& config)
      : ActivationLayer(shape, {Activation::Kind::topk, static_cast<double>(config.k)}), config_(config) {}

  std::optional<Activation> activation(const PassContext& context) const override {
    const auto last = static_cast<double>(config_.k), first = config_.from ? config_.from : last;
    double k = first + (last - first) * std::min(1.0, 2 * context.progress);
    if (context.mode == Mode::encoding && config_.alpha > 0) k *= config_.alpha;
    return Activation{Activation::Kind::topk, std::clamp(std::round(k), 1.0, static_cast<double>(output().size()))};
  }

 private:
  TopKConfig config_;
};

}  // namespace

std::unique_ptr<Layer> make_activation(const LayerContext& c, Activation activation) {
  return std::make_unique<ActivationLayer>(c.input, activation);
}

std::unique_ptr<Layer> make_topk(const LayerContext& c) {
  const auto& config = std::get<TopKConfig>(c.config.options);
  const int64_t units = c.input.size();
  for (const int64_t k : {config.k, config.from})
    if (k > units) fail("{}: k = {} is more than the {} units it chooses from", c.place(), k, units);
  if (config.from && config.from < config.k)
    fail("{}: from = {} is less than k = {}, to which it falls", c.place(), config.from, config.k);
  return std::make_unique<TopK>(c.input, config);
}

}  // namespace hourglass
