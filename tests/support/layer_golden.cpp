#include "support/layer_golden.h"

#include <gtest/gtest.h>

#include "hourglass/nn/layers.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// A layer and what PyTorch computed with it, as one type.
class Against {
 public:
  Against(const LayerConfig& config, const GoldenCase& golden, DType dtype, double tolerance)
      : golden_(golden), dtype_(dtype), tolerance_(tolerance) {
    layer_ = make_layer({config, "encoder.0", sample(golden.tensors.at("input")), parameters_});
    EXPECT_EQ(layer_->output(), sample(golden.tensors.at("output")));
    theta_ = Tensor(dtype, {parameters_.empty() ? 1 : parameters_.back().offset + parameters_.back().shape.size()});
    for (const Parameter& p : parameters_) put(p, theta_);
  }

  void run() {
    const Tensor in = image("input"), grad_out = image("grad_output");
    Tensor out = image("output"), grad_in = image("input"), grad_theta(dtype_, theta_.shape());
    const Tensor expected_out = image("output"), expected_grad_in = image("grad_input");
    layer_->forward({}, theta_, in, out);
    EXPECT_LT(relative_difference(out, expected_out), tolerance_);
    layer_->backward({}, theta_, in, out, grad_out, grad_in);
    layer_->add_parameter_gradient({}, in, grad_out, grad_theta);
    EXPECT_LT(relative_difference(grad_in, expected_grad_in), tolerance_);
    for (const Parameter& p : parameters_)
      EXPECT_LT(relative_difference(p.in(grad_theta.view()), golden_.tensors.at("grad_" + suffix(p))), tolerance_);
  }

 private:
  static Shape sample(const Tensor& batch) { return Shape(std::span(batch.shape().begin() + 1, batch.shape().end())); }
  static std::string suffix(const Parameter& p) { return p.is_bias ? "bias" : "weight"; }
  Tensor image(const std::string& name) const { return channels_last(golden_.tensors.at(name)).cast(dtype_); }

  void put(const Parameter& p, Tensor& theta) const {
    const Tensor& values = golden_.tensors.at(suffix(p));
    EXPECT_EQ(p.shape, values.shape());
    ops::add_scaled(1, values.cast(dtype_), p.in(theta.view()));
  }

  const GoldenCase& golden_;
  DType dtype_;
  double tolerance_;
  std::vector<Parameter> parameters_;
  std::unique_ptr<Layer> layer_;
  Tensor theta_;
};

}  // namespace

void expect_as_pytorch(const LayerConfig& layer, const GoldenCase& golden) {
  Against(layer, golden, DType::f64, 1e-12).run();
  Against(layer, golden, DType::f32, 1e-5).run();
}

}  // namespace hourglass
