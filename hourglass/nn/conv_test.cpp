#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "support/golden.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// A layer and what PyTorch computed with it, as one type.
class Against {
 public:
  Against(const GoldenCase& golden, DType dtype, double tolerance)
      : golden_(golden), dtype_(dtype), tolerance_(tolerance) {
    const Shape& in = golden.tensors.at("input").shape();
    const Shape& out = golden.tensors.at("output").shape();
    const bool has_channels = golden.kind.starts_with("conv");
    LayerConfig config =
        layer(golden.kind, has_channels ? out[1] : golden.kernel, golden.kernel, golden.stride, golden.padding);
    if (has_channels) std::get<ConvConfig>(config.options).output_padding = golden.output_padding;
    layer_ = make_layer({config, "encoder.0", {in[1], in[2], in[3]}, parameters_});
    EXPECT_EQ(layer_->output(), (Shape{out[1], out[2], out[3]}));
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

TEST(ConvolutionLayers, AreWhatPyTorchComputesForwardAndBackward) {
  const auto cases = golden_cases("convolutions");
  EXPECT_EQ(cases.size(), 18);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    Against(golden, DType::f64, 1e-12).run();
    Against(golden, DType::f32, 1e-5).run();
  }
}

std::string refusal(const LayerConfig& config, const Shape& input) {
  std::vector<Parameter> parameters;
  return message_of<Error>([&] { make_layer({config, "encoder.3", input, parameters}); });
}

TEST(ConvolutionLayers, RefuseAKernelThatDoesNotFit) {
  EXPECT_EQ(refusal(layer("conv2d", 4, 9), {8, 3, 7}), "encoder[3] conv2d: kernel 9 does not fit input 8 × 3 × 7");
  EXPECT_EQ(refusal(layer("conv2d", 4, 9, 1, 2), {8, 3, 7}),
            "encoder[3] conv2d: kernel 9 does not fit input 8 × 3 × 7 with padding 2");
  EXPECT_EQ(refusal(layer("max_pool2d", 4), {8, 3, 7}), "encoder[3] max_pool2d: kernel 4 does not fit input 8 × 3 × 7");
  EXPECT_EQ(refusal(layer("conv2d", 4, 7, 1, 2), {8, 3, 7}), "nothing was thrown");
}

TEST(ConvolutionLayers, RefuseAnInputThatIsNoImage) {
  for (const std::string kind : {"conv2d", "conv_transpose2d", "max_pool2d", "upsample2d"})
    EXPECT_EQ(refusal(layer(kind, 4, 1), {12}),
              "encoder[3] " + kind +
                  ": needs an image (channels × height × width), its input is 12; { reshape = [channels, height, "
                  "width] } before it makes one");
}

TEST(ConvolutionLayers, RefuseTooMuchPadding) {
  EXPECT_EQ(refusal(layer("conv_transpose2d", 4, 3, 1, 3), {8, 4, 4}),
            "encoder[3] conv_transpose2d: padding 3 leaves nothing of input 8 × 4 × 4 under kernel 3");
  EXPECT_EQ(refusal(layer("max_pool2d", 2, 0, 0, 2), {8, 4, 4}),
            "encoder[3] max_pool2d: padding 2 is more than half of the window 2");
}

TEST(ConvolutionLayers, PadTheOutputLessThanTheyStride) {
  LayerConfig up = layer("conv_transpose2d", 4, 3, 2, 1);
  std::vector<Parameter> parameters;
  const auto shape = [&](std::array<int64_t, 2> padding) {
    std::get<ConvConfig>(up.options).output_padding = padding;
    return make_layer({up, "decoder.0", {2, 5, 4}, parameters})->output();
  };
  EXPECT_EQ(shape({0, 0}), (Shape{4, 9, 7}));
  EXPECT_EQ(shape({1, 1}), (Shape{4, 10, 8}));
  EXPECT_EQ(shape({0, 1}), (Shape{4, 9, 8}));
  std::get<ConvConfig>(up.options).output_padding = {0, 2};
  EXPECT_EQ(refusal(up, {2, 5, 4}), "encoder[3] conv_transpose2d: output_padding 2 is not less than the stride 2");
}

/// In one dimension by hand: in (1, 2, 3), kernel (1, 10, 100) in its middle row, stride 2, padding 1, bias 0.5. The
/// kernels at 0, 2 and 4 reach cells −1 to 5; the padding removes the first, output_padding keeps the last.
TEST(ConvolutionLayers, OutputPaddingShowsTheLastCellsOfTheKernels) {
  LayerConfig up = layer("conv_transpose2d", 1, 3, 2, 1);
  std::get<ConvConfig>(up.options).output_padding = {0, 1};
  for (const DType dtype : {DType::f64, DType::f32}) {
    std::vector<Parameter> parameters;
    const auto made = make_layer({up, "decoder.0", {1, 1, 3}, parameters});
    Tensor theta(DType::f64, {32}), in = tensor_of({1, 3}, {1, 2, 3}).cast(dtype), out(dtype, {1, 6});
    for (int i = 0; i < 3; ++i) theta.as<double>()[3 + i] = std::pow(10, i);
    theta.as<double>()[parameters[1].offset] = 0.5;
    made->forward({}, theta.cast(dtype), in.view(), out);
    EXPECT_EQ(values_of(out), (std::vector<double>{10.5, 102.5, 20.5, 203.5, 30.5, 300.5}));
  }
}

TEST(ConvolutionLayers, StrideByOneAndPoolsByTheirWindowByDefault) {
  std::vector<Parameter> parameters;
  const auto shape = [&](const LayerConfig& config) {
    return make_layer({config, "encoder.0", {2, 9, 8}, parameters})->output();
  };
  EXPECT_EQ(shape(layer("conv2d", 4, 3)), (Shape{4, 7, 6}));
  EXPECT_EQ(shape(layer("conv_transpose2d", 4, 3)), (Shape{4, 11, 10}));
  EXPECT_EQ(shape(layer("max_pool2d", 3)), (Shape{2, 3, 2}));
  EXPECT_EQ(shape(layer("max_pool2d", 3, 0, 1)), (Shape{2, 7, 6}));
}

}  // namespace
}  // namespace hourglass
