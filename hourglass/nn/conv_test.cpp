#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "support/golden.h"
#include "support/layer_golden.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

TEST(ConvolutionLayers, AreWhatPyTorchComputesForwardAndBackward) {
  const auto cases = golden_cases("convolutions");
  EXPECT_EQ(cases.size(), 18);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    const bool has_channels = golden.kind.starts_with("conv");
    LayerConfig config = layer(golden.kind, has_channels ? golden.tensors.at("output").shape()[1] : golden.kernel,
                               golden.kernel, golden.stride, golden.padding);
    if (has_channels) std::get<ConvConfig>(config.options).output_padding = golden.output_padding;
    expect_as_pytorch(config, golden);
  }
}

std::string refusal(const LayerConfig& config, const Shape& input) {
  std::vector<Parameter> parameters;
  return message_of<Error>([&] { make_layer({config, "encoder.3", input, parameters}); });
}

TEST(ConvolutionLayers, AreWhatPyTorchComputesWithEveryOptionAndInOneDimension) {
  const auto cases = golden_cases("windows");
  EXPECT_EQ(cases.size(), 32);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    expect_as_pytorch(golden.layer(), golden);
  }
}

TEST(ConvolutionLayers, RefuseAKernelThatDoesNotFit) {
  EXPECT_EQ(refusal(layer("conv2d", 4, 9), {8, 3, 7}), "encoder[3] conv2d: kernel 9 does not fit input 8 × 3 × 7");
  EXPECT_EQ(refusal(layer("conv2d", 4, 9, 1, 2), {8, 3, 7}),
            "encoder[3] conv2d: kernel 9 does not fit input 8 × 3 × 7 with padding 2");
  EXPECT_EQ(refusal(layer("max_pool2d", 4), {8, 3, 7}), "encoder[3] max_pool2d: kernel 4 does not fit input 8 × 3 × 7");
  EXPECT_EQ(refusal(layer("conv2d", 4, 7, 1, 2), {8, 3, 7}), "nothing was thrown");
}

TEST(ConvolutionLayers, RefuseAnInputThatIsNoImage) {
  for (const std::string kind : {"conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d", "upsample2d"})
    EXPECT_EQ(refusal(layer(kind, 4, 1), {12}),
              "encoder[3] " + kind +
                  ": needs an image (channels × height × width), its input is 12; { reshape = [channels, height, "
                  "width] } before it makes one");
}

TEST(ConvolutionLayers, RefuseAnInputThatIsNoSeries) {
  for (const std::string kind : {"conv1d", "conv_transpose1d", "max_pool1d", "avg_pool1d", "upsample1d"})
    EXPECT_EQ(refusal(layer(kind, 4, 1), {1, 12, 3}),
              "encoder[3] " + kind +
                  ": needs a series (channels × length), its input is 1 × 12 × 3; { series = channels } or { reshape = "
                  "[channels, length] } before it makes one");
}

LayerConfig convolution(const std::string& kind, ConvConfig options) { return {kind, options}; }

TEST(ConvolutionLayers, RefuseGroupsThatDoNotDivideTheChannels) {
  EXPECT_EQ(refusal(convolution("conv2d", {.channels = 8, .kernel = 3, .groups = 4}), {6, 5, 5}),
            "encoder[3] conv2d: groups = 4 does not divide the 6 channels of the input");
  EXPECT_EQ(refusal(convolution("conv_transpose1d", {.channels = 7, .kernel = 3, .groups = 4}), {8, 5}),
            "encoder[3] conv_transpose1d: groups = 4 does not divide the 7 output channels");
}

TEST(ConvolutionLayers, RefuseADilatedKernelThatDoesNotFit) {
  EXPECT_EQ(refusal(convolution("conv1d", {.channels = 8, .kernel = 3, .padding = 1, .dilation = 4}), {6, 6}),
            "encoder[3] conv1d: kernel 3 does not fit input 6 × 6 with padding 1 and dilation 4");
  EXPECT_EQ(refusal(convolution("conv2d", {.channels = 8, .kernel = 3, .dilation = 4}), {6, 8, 8}),
            "encoder[3] conv2d: kernel 3 does not fit input 6 × 8 × 8 with dilation 4");
}

TEST(ConvolutionLayers, RefuseOutputPaddingOfSameAndBeyondStrideAndDilation) {
  EXPECT_EQ(
      refusal(convolution("conv_transpose2d",
                          {.channels = 8, .kernel = 3, .stride = 2, .padding = {0, true}, .output_padding = {1, 1}}),
              {6, 8, 8}),
      "encoder[3] conv_transpose2d: padding = \"same\" has no output_padding");
  ConvConfig dilated{.channels = 8, .kernel = 3, .stride = 2, .output_padding = {0, 2}, .dilation = 3};
  EXPECT_EQ(refusal(convolution("conv_transpose1d", dilated), {6, 8}), "nothing was thrown");
  dilated.output_padding = {0, 3};
  EXPECT_EQ(refusal(convolution("conv_transpose1d", dilated), {6, 8}),
            "encoder[3] conv_transpose1d: output_padding 3 is less than neither the stride 2 nor the dilation 3");
}

TEST(SeriesLayers, RefuseWhatIsNoRowOfTimeStepsOrNoSeries) {
  EXPECT_EQ(refusal(layer("series", 5), {12}),
            "encoder[3] series: its input has 12 values, no whole number of time steps with 5 each");
  EXPECT_EQ(refusal(layer("series", 3), {2, 6}),
            "encoder[3] series: needs a row of time steps, its input is 2 × 6; { reshape = [12] } before it makes one");
  EXPECT_EQ(refusal(layer("steps"), {12}), "encoder[3] steps: needs a series (channels × length), its input is 12");
  EXPECT_EQ(refusal(layer("series", 3), {1, 4, 3}), "nothing was thrown");
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
