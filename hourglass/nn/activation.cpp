#include <algorithm>
#include <cmath>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

class ActivationLayer : public Layer {
 public:
  ActivationLayer(Shape shape, Activation activation) : Layer(shape), activation_(activation) {}

  void forward(ConstView, const InputRows& in, View out) const override { ops::activate(activation_, in, out); }

  void backward(ConstView, ConstView in, ConstView out, ConstView grad_out, View grad_in) const override {
    ops::activate_backward(activation_, in, out, grad_out, grad_in);
  }

  const Activation* activation() const final { return &activation_; }

 protected:
  Activation activation_;
};

class TopK final : public ActivationLayer {
 public:
  TopK(Shape shape, const LayerConfig& config)
      : ActivationLayer(shape, {Activation::Kind::topk, static_cast<double>(config.size)}), config_(config) {}

  void enter(const Stage& stage) override {
    const auto last = static_cast<double>(config_.size), first = config_.from ? config_.from : last;
    double k = first + (last - first) * std::min(1.0, 2 * stage.progress);
    if (stage.encoding && config_.alpha > 0) k *= config_.alpha;
    activation_.parameter = std::clamp(std::round(k), 1.0, static_cast<double>(output().size()));
  }

 private:
  LayerConfig config_;
};

}  // namespace

std::unique_ptr<Layer> make_activation(const LayerContext& c, Activation activation) {
  return std::make_unique<ActivationLayer>(c.input, activation);
}

std::unique_ptr<Layer> make_topk(const LayerContext& c) {
  const int64_t units = c.input.size();
  for (const int64_t k : {c.config.size, c.config.from})
    if (k > units) fail("{}: k = {} is more than the {} units it chooses from", c.place(), k, units);
  if (c.config.from && c.config.from < c.config.size)
    fail("{}: from = {} is less than k = {}, to which it falls", c.place(), c.config.from, c.config.size);
  return std::make_unique<TopK>(c.input, c.config);
}

}  // namespace hourglass
