#include "hourglass/nn/network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/tensor/copy.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

std::string refusal(const ModelConfig& config, const Shape& input) {
  return message_of<Error>([&] { Network(config, input); });
}

/// The output of the last layer for `in`.
Tensor output(const Network& network, const Tensor& theta, const Tensor& in) {
  MicroBatch batch(network, theta.dtype(), in.rows());
  batch.begin(in, in.rows(), {});
  network.forward(theta, batch, network.layers());
  Tensor out(theta.dtype(), batch.output(network.layers() - 1).shape());
  copy(batch.output(network.layers() - 1), out);
  return out;
}

const ModelConfig kPublished =
    model({layer("conv2d", 8, 3), layer("relu"), layer("conv2d", 16, 5), layer("relu"), layer("conv2d", 32, 5, 2),
           layer("relu"), layer("max_pool2d", 2)},
          {layer("conv_transpose2d", 16, 3, 2), layer("relu"), layer("conv_transpose2d", 8, 5, 2), layer("relu"),
           layer("conv_transpose2d", 1, 8), layer("sigmoid")});

TEST(Network, InfersEveryShapeOfAPublishedNetwork) {
  const Network network(kPublished, {1, 28, 28});
  const std::vector<Shape> expected = {{8, 26, 26}, {8, 26, 26}, {16, 22, 22}, {16, 22, 22}, {32, 9, 9},
                                       {32, 9, 9},  {32, 4, 4},  {16, 9, 9},   {16, 9, 9},   {8, 21, 21},
                                       {8, 21, 21}, {1, 28, 28}, {1, 28, 28}};
  ASSERT_EQ(network.layers(), static_cast<int>(expected.size()));
  for (int i = 0; i < network.layers(); ++i) EXPECT_EQ(network.layer(i).output(), expected[i]) << i;
  EXPECT_EQ(network.code_end(), 7);
  EXPECT_EQ(network.code().output(), (Shape{32, 4, 4}));
  EXPECT_TRUE(network.ends_in_sigmoid());
}

TEST(Network, TakesUnitsAsAShareOfTheInputRoundedUp) {
  const LayerConfig all{"dense", DenseConfig{.divisor = 1}}, third{"dense", DenseConfig{.divisor = 3}};
  const Network network(model({third}, {all}), {7});
  EXPECT_EQ(network.code().output(), (Shape{3}));
  EXPECT_EQ(network.layer(1).output(), (Shape{7}));
  EXPECT_EQ(Network(model({third}, {all}), {1, 28, 28}).code().output(), (Shape{262}));
}

TEST(Network, NamesParametersAsAStateDictDoes) {
  const Network network(kPublished, {1, 28, 28});
  std::vector<std::string> names;
  std::vector<Shape> shapes;
  for (const Parameter& p : network.parameters()) {
    names.push_back(p.name);
    shapes.push_back(p.shape);
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"encoder.0.weight", "encoder.0.bias", "encoder.2.weight", "encoder.2.bias",
                                      "encoder.4.weight", "encoder.4.bias", "decoder.0.weight", "decoder.0.bias",
                                      "decoder.2.weight", "decoder.2.bias", "decoder.4.weight", "decoder.4.bias"}));
  EXPECT_EQ(shapes, (std::vector<Shape>{{8, 1, 3, 3},
                                        {8},
                                        {16, 8, 5, 5},
                                        {16},
                                        {32, 16, 5, 5},
                                        {32},
                                        {32, 16, 3, 3},
                                        {16},
                                        {16, 8, 5, 5},
                                        {8},
                                        {8, 1, 8, 8},
                                        {1}}));
}

TEST(Network, LaysParametersOutAlignedAndApart) {
  const Network network(kPublished, {1, 28, 28});
  int64_t end = 0;
  for (const Parameter& p : network.parameters()) {
    EXPECT_EQ(p.offset % 16, 0) << p.name;
    EXPECT_GE(p.offset, end) << p.name;
    EXPECT_LT(p.offset, end + 16) << p.name;
    EXPECT_EQ(p.is_bias, p.shape.rank() == 1) << p.name;
    end = p.offset + p.shape.size();
  }
  EXPECT_EQ(network.parameter_count(), (end + 15) / 16 * 16);
}

TEST(Network, CountsActivationsWhenItNumbersLayers) {
  const Network network(model({layer("relu"), layer("dense", 3)}, {layer("tanh"), layer("tanh"), layer("dense", 4)}),
                        {4});
  EXPECT_EQ(network.parameters()[0].name, "encoder.1.weight");
  EXPECT_EQ(network.parameters()[2].name, "decoder.2.weight");
}

TEST(Network, RefusesALayerThatDoesNotFitNamingItsIndexAndBothShapes) {
  EXPECT_EQ(
      refusal(model({layer("conv2d", 4, 3), layer("relu"), layer("conv2d", 4, 9)}, {layer("dense", 64)}), {1, 8, 8}),
      "encoder[2] conv2d: kernel 9 does not fit input 4 × 6 × 6");
  EXPECT_EQ(refusal(model({layer("dense", 5)}, {layer("conv_transpose2d", 1, 8)}), {1, 8, 8}),
            "decoder[0] conv_transpose2d: needs an image (channels × height × width), its input is 5; { reshape = "
            "[channels, height, width] } before it makes one");
}

TEST(Network, RefusesADecoderThatDoesNotGiveTheInputsShapeBack) {
  EXPECT_EQ(refusal(model({layer("dense", 3)}, {layer("dense", 9)}), {10}),
            "decoder: output 9, input is 10: use 10 units in decoder[0] dense\n"
            "  input                       10\n"
            "  encoder[0] dense            3\n"
            "  decoder[0] dense            9");
  const auto conv = model({layer("conv2d", 2, 3)}, {layer("conv_transpose2d", 1, 2)});
  EXPECT_EQ(refusal(conv, {1, 5, 5}),
            "decoder: output 1 × 4 × 4, input is 1 × 5 × 5: use kernel = 3 in decoder[0] conv_transpose2d\n"
            "  input                       1 × 5 × 5\n"
            "  encoder[0] conv2d           2 × 3 × 3\n"
            "  decoder[0] conv_transpose2d 1 × 4 × 4");
  // As many numbers, but another image.
  const auto turned = model({layer("conv2d", 2, 1)}, {layer("conv2d", 4, 1, 1)});
  EXPECT_TRUE(refusal(turned, {1, 4, 4})
                  .starts_with("decoder: output 4 × 4 × 4, input is 1 × 4 × 4: use 1 channel in decoder[0] conv2d\n"))
      << refusal(turned, {1, 4, 4});
}

TEST(Network, NamesTheOutputPaddingThatFits) {
  const auto fits = [](const ModelConfig& config, const Shape& input) {
    const std::string message = refusal(config, input);
    const std::string line = message.substr(0, message.find('\n'));
    return line.substr(line.rfind(": ") + 2);
  };
  const auto down = [](int64_t channels) { return layer("conv2d", channels, 3, 2, 1); };
  const auto up = [](int64_t channels) { return layer("conv_transpose2d", channels, 3, 2, 1); };
  const ModelConfig one = model({down(4)}, {up(1)}), two = model({down(4), down(4)}, {up(4), layer("relu"), up(1)});
  EXPECT_EQ(fits(one, {1, 8, 8}), "use output_padding = 1 or kernel = 4 in decoder[0] conv_transpose2d");
  EXPECT_EQ(fits(one, {1, 7, 8}), "use output_padding = [0, 1] in decoder[0] conv_transpose2d");
  EXPECT_EQ(fits(two, {1, 28, 28}),
            "use output_padding = 1 in decoder[0] conv_transpose2d and output_padding = 1 in decoder[2] "
            "conv_transpose2d");
  EXPECT_EQ(fits(one, {3, 8, 8}),
            "use 3 channels in decoder[0] conv_transpose2d and output_padding = 1 or kernel = 4 in decoder[0] "
            "conv_transpose2d");
  EXPECT_EQ(fits(model({layer("dense", 4)}, {layer("dense", 16), layer("sigmoid")}), {1, 4, 5}),
            "use 20 units in decoder[0] dense");
  EXPECT_EQ(fits(model({layer("max_pool2d", 2)}, {layer("upsample2d", 2)}), {1, 5, 5}),
            "no output_padding, padding or kernel of the decoder makes it fit; a dense layer at its end can have any "
            "size");
}

/// The output for counted inputs of a network without weights.
std::vector<double> passed_on(const ModelConfig& config, const Shape& input) {
  const Network network(config, input);
  Tensor in(DType::f64, {1, input.size()}), theta(DType::f64, {1});
  for (int64_t i = 0; i < input.size(); ++i) in.as<double>()[i] = static_cast<double>(i);
  return values_of(output(network, theta, in));
}

TEST(Network, ReshapesInTheOrderOfPyTorch) {
  const auto reshape = [](std::vector<int64_t> sizes) {
    return LayerConfig{"reshape", ReshapeConfig{std::move(sizes)}};
  };
  const std::vector<double> counted = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  EXPECT_EQ(passed_on(model({reshape({12})}, {reshape({2, 2, 3})}), {2, 2, 3}), counted);
  EXPECT_EQ(passed_on(model({reshape({3, 2, 2}), reshape({4, 1, 3})}, {reshape({2, 3, 2}), reshape({12})}), {12}),
            counted);
  EXPECT_EQ(
      passed_on(model({reshape({3, 2, 2}), layer("max_pool2d", 2)}, {layer("upsample2d", 2), reshape({12})}), {12}),
      (std::vector<double>{3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11}));
  EXPECT_EQ(passed_on(model({reshape({3, 4}), reshape({12}), reshape({2, 6})}, {reshape({4, 3}), reshape({12})}), {12}),
            counted);
  EXPECT_EQ(passed_on(model({reshape({3, 4}), layer("max_pool1d", 2)}, {layer("upsample1d", 2), reshape({12})}), {12}),
            (std::vector<double>{1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11}));
  EXPECT_EQ(refusal(model({reshape({3, 2, 2, 1})}, {layer("dense", 12)}), {12}),
            "encoder[0] reshape: 4 sizes, expected [units], [channels, length] or [channels, height, width]");
  EXPECT_EQ(refusal(model({reshape({5, 2, 1})}, {layer("dense", 12)}), {12}),
            "encoder[0] reshape: 5 × 2 × 1 has 10 values, its input 12 has 12");
}

/// Three time steps of two values: 0 2 4 are the first channel.
TEST(Network, MakesASeriesOfTimeSteps) {
  const std::vector<LayerConfig> pooled = {layer("series", 2), layer("max_pool1d", 3)};
  EXPECT_EQ(passed_on(model(pooled, {layer("upsample1d", 3), layer("steps")}), {6}),
            (std::vector<double>{4, 5, 4, 5, 4, 5}));
  EXPECT_EQ(passed_on(model({layer("series", 2)}, {{"reshape", ReshapeConfig{{6}}}}), {6}),
            (std::vector<double>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(passed_on(model({layer("series", 2)}, {layer("steps")}), {1, 3, 2}),
            (std::vector<double>{0, 1, 2, 3, 4, 5}));
}

TEST(Network, TakesASeriesForAnImageWithOneChannel) {
  const std::vector<double> counted = {0, 1, 2, 3, 4, 5};
  const LayerConfig series{"reshape", ReshapeConfig{{2, 3}}};
  EXPECT_EQ(passed_on(model({series}, {layer("upsample1d", 1)}), {1, 2, 3}), counted);
  EXPECT_TRUE(
      refusal(model({series}, {layer("upsample1d", 1)}), {6}).starts_with("decoder: output 2 × 3, input is 6: "));
}

TEST(Network, PutsTheCodesOfASeriesInTheOrderOfPyTorch) {
  const Network network(model({layer("series", 2)}, {layer("steps")}), {6});
  Tensor theta(DType::f64, {1}), in = tensor_of({1, 6}, {0, 1, 2, 3, 4, 5}), codes(DType::f64, {1, 2, 3});
  MicroBatch batch(network, DType::f64, 1);
  batch.begin(in, 1, {});
  network.forward(theta, batch, network.code_end());
  read_codes(batch, codes);
  EXPECT_EQ(values_of(codes), (std::vector<double>{0, 2, 4, 1, 3, 5}));
  begin_with_codes(codes, {}, batch);
  network.forward(theta, batch, network.layers());
  EXPECT_EQ(values_of(batch.output(network.layers() - 1)), (std::vector<double>{0, 1, 2, 3, 4, 5}));
}

TEST(Network, NamesThePaddingTheKernelOrTheChannelsOfASeriesThatFit) {
  const auto advice = [](const std::string& encoder, const std::string& decoder, const Shape& input) {
    const std::string message = refusal(model(layers(encoder), layers(decoder)), input);
    return message.substr(0, message.find('\n'));
  };
  EXPECT_EQ(advice("[{ conv2d = 8, kernel = 4, stride = 2 }]", "[{ conv_transpose2d = 3, kernel = 3, stride = 2 }]",
                   {3, 64, 64}),
            "decoder: output 3 × 63 × 63, input is 3 × 64 × 64: use output_padding = 1 or kernel = 4 in decoder[0] "
            "conv_transpose2d");
  EXPECT_EQ(advice("[{ series = 3 }, { conv1d = 8, kernel = 5, stride = 2, padding = 2 }]",
                   "[{ conv_transpose1d = 3, kernel = 5, stride = 2, padding = 2 }, \"steps\"]", {48}),
            "decoder: output 45, input is 48: use output_padding = 1 or kernel = 6 in decoder[0] conv_transpose1d");
  EXPECT_EQ(advice("[{ series = 3 }, { conv1d = 8, kernel = 3, padding = \"same\" }]",
                   "[{ conv1d = 4, kernel = 3, padding = \"same\" }, \"steps\"]", {48}),
            "decoder: output 64, input is 48: use 3 channels in decoder[0] conv1d");
  EXPECT_EQ(advice("[{ conv2d = 8, kernel = 3, stride = 2, padding = \"same\" }]",
                   "[{ conv_transpose2d = 1, kernel = 3, stride = 2, padding = \"same\" }]", {1, 7, 7}),
            "decoder: output 1 × 8 × 8, input is 1 × 7 × 7: use padding = 1 in decoder[0] conv_transpose2d");
}

TEST(Network, MakesWhatItIsAskedTo) {
  const ModelConfig scores = model({layer("conv2d", 2, 3)}, {layer("dense", 4)});
  EXPECT_EQ(Network(scores, {1, 5, 5}, {4}).layers(), 3) << "with a reorder before the dense layer";
  EXPECT_THROW(Network(scores, {1, 5, 5}, {3}), Error);
}

TEST(Network, TakesADenseDecoderForAnImage) {
  EXPECT_EQ(refusal(model({layer("dense", 3)}, {layer("dense", 18), layer("sigmoid")}), {2, 3, 3}),
            "nothing was thrown");
}

ModelConfig tied(std::vector<LayerConfig> encoder, std::vector<LayerConfig> decoder) {
  ModelConfig config = model(std::move(encoder), std::move(decoder));
  config.tied = true;
  return config;
}

TEST(Network, LetsKFallOverTheFirstHalfOfARun) {
  const Network network(model({layer("dense", 8), topk(2, 1.5, 7)}, {layer("dense", 3)}), {3});
  const auto k = [&](const PassContext& context) { return network.layer(1).activation(context)->parameter; };
  EXPECT_EQ(network.layer(1).activation()->parameter, 2);
  EXPECT_EQ(k({.progress = 0}), 7);
  EXPECT_EQ(k({.progress = 0.1}), 6);
  EXPECT_EQ(k({.progress = 0.25}), 5);  // 4.5, rounded away from zero
  EXPECT_EQ(k({.progress = 0.5}), 2);
  EXPECT_EQ(k({.progress = 1}), 2);
  EXPECT_EQ(k({.mode = Mode::encoding}), 3);
}

TEST(Network, RefusesAKThatWouldRise) {
  EXPECT_EQ(refusal(model({layer("dense", 4), topk(3, 0, 2)}, {layer("dense", 3)}), {3}),
            "encoder[1] topk: from = 2 is less than k = 3, to which it falls");
}

TEST(Network, RefusesToChooseMoreUnitsThanThereAre) {
  EXPECT_EQ(refusal(model({layer("dense", 4), layer("topk", 5)}, {layer("dense", 3)}), {3}),
            "encoder[1] topk: k = 5 is more than the 4 units it chooses from");
  EXPECT_EQ(refusal(model({layer("dense", 4), topk(2, 0, 9)}, {layer("dense", 3)}), {3}),
            "encoder[1] topk: k = 9 is more than the 4 units it chooses from");
}

TEST(Network, KeepsTiedWeightsOnce) {
  const Network network(tied({layer("dense", 4), layer("tanh"), layer("dense", 2)},
                             {layer("dense", 4), layer("tanh"), layer("dense", 6)}),
                        {6});
  std::vector<std::string> names;
  for (const Parameter& p : network.parameters()) names.push_back(p.name);
  EXPECT_EQ(names, (std::vector<std::string>{"encoder.0.weight", "encoder.0.bias", "encoder.2.weight", "encoder.2.bias",
                                             "decoder.0.bias", "decoder.2.bias"}));
}

TEST(Network, DecodesWithTheTransposeOfATiedWeight) {
  const Network network(tied({layer("dense", 2)}, {layer("dense", 3)}), {3});
  Tensor theta(DType::f64, {network.parameter_count()});
  const Tensor weight = uniforms(DType::f64, {2, 3}, 1, -1, 1), in = uniforms(DType::f64, {1, 3}, 2, -1, 1);
  copy(weight, network.parameters()[0].in(theta.view()));
  const auto r = values_of(output(network, theta, in)), w = values_of(weight), x = values_of(in);
  for (int i = 0; i < 3; ++i) {
    double expected = 0;
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 3; ++k) expected += w[j * 3 + i] * w[j * 3 + k] * x[k];
    EXPECT_NEAR(r[i], expected, 1e-12);
  }
}

TEST(Network, NamesBothLayersWhenTiedOnesAreNoMirrorImages) {
  EXPECT_EQ(refusal(tied({layer("dense", 4), layer("dense", 2)}, {layer("dense", 5), layer("dense", 6)}), {6}),
            "decoder[0] dense: tied = true, but encoder[1] dense is no mirror image: its weight is 2 × 4, expected "
            "2 × 5");
  EXPECT_EQ(refusal(tied({layer("dense", 4)}, {layer("dense", 4), layer("dense", 6)}), {6}),
            "decoder[0] dense: tied = true, but encoder[0] dense is no mirror image: its weight is 4 × 6, expected "
            "4 × 4");
  EXPECT_EQ(refusal(tied({layer("dense", 6)}, {layer("dense", 6), layer("dense", 6)}), {6}),
            "decoder[1] dense: tied = true, but no layer of the encoder is left for it to mirror");
  EXPECT_EQ(refusal(tied({layer("dense", 4), layer("dense", 6)}, {layer("sigmoid")}), {6}),
            "encoder[1] dense: tied = true, but no layer of the decoder mirrors it");
  EXPECT_EQ(refusal(tied({layer("conv2d", 2, 1)}, {layer("conv2d", 1, 1)}), {1, 3, 3}),
            "decoder[0] conv2d: tied = true, but encoder[0] conv2d is what it would mirror; expected "
            "conv_transpose2d there");
}

TEST(Network, NamesTheLayersOfAResidual) {
  const Network network(
      model({layer("dense", 4), residual({layer("dense", 3), layer("tanh"), layer("dense", 2)}, {layer("dense", 2)})},
            {residual({residual({layer("dense", 2)})}), layer("dense", 6)}),
      {6});
  std::vector<std::string> layers, weights;
  std::vector<int> sources;
  for (int i = 0; i < network.layers(); ++i) {
    layers.push_back(network.name(i));
    sources.push_back(network.source(i));
    EXPECT_EQ(network.find(layers.back()), i);
  }
  for (const Parameter& p : network.parameters())
    if (!p.is_bias) weights.push_back(p.name);
  EXPECT_EQ(layers, (std::vector<std::string>{"encoder.0", "encoder.1.residual.0", "encoder.1.residual.1",
                                              "encoder.1.residual.2", "encoder.1.shortcut.0", "encoder.1",
                                              "decoder.0.residual.0.residual.0", "decoder.0.residual.0", "decoder.0",
                                              "decoder.1"}));
  EXPECT_EQ(sources, (std::vector<int>{-1, 0, 1, 2, 0, 3, 5, 6, 7, 8}));
  EXPECT_EQ(network.addend(5), 4);
  EXPECT_EQ(network.addend(7), 5);
  EXPECT_EQ(network.addend(8), 5);
  EXPECT_EQ(network.addend(9), std::nullopt);
  EXPECT_EQ(weights, (std::vector<std::string>{"encoder.0.weight", "encoder.1.residual.0.weight",
                                               "encoder.1.residual.2.weight", "encoder.1.shortcut.0.weight",
                                               "decoder.0.residual.0.residual.0.weight", "decoder.1.weight"}));
  EXPECT_EQ(network.code_end(), 6);
}

TEST(Network, AddsBranchAndShortcut) {
  const auto twice = model({residual({layer("identity")})}, {layer("identity")});
  EXPECT_EQ(passed_on(twice, {3}), (std::vector<double>{0, 2, 4}));
  const auto with_max = model({residual({layer("max_pool2d", 2), layer("upsample2d", 2)}, {layer("identity")})},
                              {residual({residual({layer("identity")})})});
  EXPECT_EQ(passed_on(with_max, {2, 2, 2}), (std::vector<double>{9, 12, 15, 18, 33, 36, 39, 42}));
}

TEST(Network, AlternatesBetweenTwoBuffersInAChain) {
  const Network chain(kPublished, {1, 28, 28});
  EXPECT_EQ(chain.slots(), 2);
  for (int i = 0; i < chain.layers(); ++i) EXPECT_NE(chain.slot(i), chain.slot(i - 1));
}

TEST(Network, KeepsValuesThatLiveAtTheSameTimeApart) {
  const Network network(
      model({layer("dense", 4), residual({layer("dense", 4), residual({layer("tanh")}), layer("dense", 4)},
                                         {layer("dense", 4), layer("dense", 4)})},
            {residual({layer("dense", 4)}), layer("dense", 6)}),
      {6});
  for (int i = -1; i < network.layers(); ++i)
    for (int j = i + 1; j < network.layers(); ++j)
      if (!network.consumers(i).empty() && network.consumers(i).back() >= j) {
        EXPECT_NE(network.slot(i), network.slot(j)) << i << " is read after " << j << " is there";
      }
}

TEST(Network, RefusesAResidualWhoseSumHasTwoShapes) {
  const auto after_conv = [](LayerConfig last) {
    return model({layer("conv2d", 16, 3, 1, 1), std::move(last)}, {layer("dense", 196)});
  };
  EXPECT_EQ(refusal(after_conv(residual({layer("conv2d", 32, 3, 2, 1)})), {1, 14, 14}),
            "encoder[1] residual: the branch gives 32 × 7 × 7, the shortcut 16 × 14 × 14; they are added, so both must "
            "be the same\nWhat fits: shortcut = [{ conv2d = 32, kernel = 1, stride = 2 }], or a branch that gives "
            "16 × 14 × 14");
  const auto fits = [](const std::string& message) { return message.substr(message.find("fits: ") + 6); };
  EXPECT_EQ(fits(refusal(after_conv(residual({layer("conv2d", 16, 3)})), {1, 14, 14})),
            "shortcut = [{ conv2d = 16, kernel = 3 }], or a branch that gives 16 × 14 × 14");
  EXPECT_EQ(fits(refusal(after_conv(residual({layer("upsample2d", 2)}, {layer("identity")})), {1, 14, 14})),
            "shortcut = [{ conv_transpose2d = 16, kernel = 2, stride = 2 }], or a branch that gives 16 × 14 × 14");
  EXPECT_EQ(fits(refusal(after_conv(residual({layer("dense", 9)})), {1, 14, 14})),
            "shortcut = [{ dense = 9 }], or a branch that gives 16 × 14 × 14");
  EXPECT_EQ(refusal(model({residual({layer("tanh"), residual({layer("dense", 3)})})}, {layer("dense", 4)}), {4}),
            "encoder[0].residual[1] residual: the branch gives 3, the shortcut 4; they are added, so both must be the "
            "same\nWhat fits: shortcut = [{ dense = 3 }], or a branch that gives 4");
}

TEST(Network, NamesALayerInsideAResidualThatDoesNotFit) {
  EXPECT_EQ(refusal(model({residual({layer("tanh")}, {layer("conv2d", 4, 9)})}, {layer("dense", 64)}), {1, 8, 8}),
            "encoder[0].shortcut[0] conv2d: kernel 9 does not fit input 1 × 8 × 8");
}

TEST(Network, TiesAResidualWithoutShortcut) {
  const std::vector<LayerConfig> branch = {layer("dense", 3), layer("tanh"), layer("dense", 4)};
  const Network network(tied({layer("dense", 4), residual(branch)}, {residual(branch), layer("dense", 6)}), {6});
  int64_t weights = 0;
  for (const Parameter& p : network.parameters()) weights += !p.is_bias;
  EXPECT_EQ(weights, 3);
  EXPECT_EQ(refusal(tied({residual({layer("dense", 4)}, {layer("dense", 4)})}, {layer("dense", 6)}), {6}),
            "encoder[0] residual: tied = true needs residuals without shortcut; leave it out, or use tied = false");
}

TEST(Network, RefusesWhatNoMachineHolds) {
  EXPECT_EQ(refusal(model({layer("dense", 1 << 20)}, {layer("dense", 1 << 20)}), {1 << 20}),
            "encoder[0] dense: too large: 1099511627776 parameters so far (the limit is 2147483648)");
  const auto huge = model({layer("conv_transpose2d", 1 << 20, 1, 1024)}, {layer("dense", 1)});
  EXPECT_NE(refusal(huge, {1, 1 << 14, 1 << 14}).find("encoder[0] conv_transpose2d: too large"), std::string::npos);
}

TEST(Network, RefusesSizesThatNoNumberHolds) {
  const ModelConfig dense = model({layer("dense", 1 << 20)}, {layer("dense", 1)});
  EXPECT_EQ(refusal(dense, {1 << 20, 1 << 20, 1 << 20}),
            "input: too large: 1048576 × 1048576 × 1048576 (the limit is 2147483648 units)");
  const ModelConfig conv = model({layer("conv2d", 1 << 20, 1024, 1, 1023)}, {layer("dense", 1)});
  EXPECT_NE(refusal(conv, {1 << 20, 32, 32}).find("encoder[0] conv2d: too large"), std::string::npos);
}

TEST(Network, RefusesAnUnknownLayer) {
  EXPECT_EQ(refusal(model({layer("denser", 3)}, {layer("dense", 4)}), {4}), "encoder.0: unknown layer \"denser\"");
}

TEST(Network, FlattensAnImageChannelsFirstBeforeADenseLayer) {
  const Network network(model({layer("conv2d", 3, 2), layer("dense", 4)}, {layer("dense", 9)}), {1, 3, 3});
  const Tensor theta = fresh_weights(network, DType::f64, 1), in = normals(DType::f64, {2, 9}, 2);
  const auto parameter = [&](int i) { return values_of(network.parameters()[i].in(theta.view())); };
  const auto w = parameter(0), b = parameter(1), dense_w = parameter(2), dense_b = parameter(3);
  MicroBatch batch(network, DType::f64, 2);
  batch.begin(in, 2, {});
  network.forward(theta, batch, network.code_end());
  const auto code = values_of(batch.output(network.code_end() - 1)), x = values_of(in);
  for (int n = 0; n < 2; ++n)
    for (int u = 0; u < 4; ++u) {
      double z = dense_b[u];
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < 2; ++y)
          for (int s = 0; s < 2; ++s) {
            double pixel = b[c];
            for (int k = 0; k < 4; ++k) pixel += w[c * 4 + k] * x[n * 9 + (y + k / 2) * 3 + s + k % 2];
            z += dense_w[u * 12 + (c * 2 + y) * 2 + s] * pixel;
          }
      EXPECT_NEAR(code[n * 4 + u], z, 1e-13);
    }
}

/// Sets each 1 × 1 convolution's weight to the identity.
Tensor identity_weights(const Network& network, DType dtype) {
  Tensor theta(DType::f64, {network.parameter_count()});
  for (const Parameter& p : network.parameters())
    for (int64_t i = 0; !p.is_bias && i < p.shape[0]; ++i) theta.as<double>()[p.offset + i * p.shape[0] + i] = 1;
  return theta.cast(dtype);
}

TEST(Network, GivesAnImageOfSeveralChannelsBackInTheDatasOrder) {
  const LayerConfig same = layer("conv2d", 3, 1);
  for (const DType dtype : {DType::f32, DType::f64})
    for (const auto& decoder :
         std::vector<std::vector<LayerConfig>>{{same}, {same, layer("identity")}, {layer("identity")}}) {
      const Network network(model({same, layer("identity")}, decoder), {3, 4, 5});
      const Tensor in = normals(dtype, {2, 60}, 1);
      EXPECT_EQ(values_of(output(network, identity_weights(network, dtype), in)), values_of(in));
    }
}

TEST(Network, KeepsChannelsApart) {
  // The one unit of the first layer looks at channel 1 alone.
  const Network network(model({layer("conv2d", 1, 1)}, {layer("conv2d", 2, 1)}), {2, 2, 2});
  Tensor theta(DType::f64, {network.parameter_count()});
  theta.as<double>()[network.parameters()[0].offset + 1] = 1;
  const Tensor in = tensor_of({1, 8}, {1, 2, 3, 4, 5, 6, 7, 8});
  MicroBatch batch(network, DType::f64, 1);
  batch.begin(in, 1, {});
  network.forward(theta, batch, network.code_end());
  EXPECT_EQ(values_of(batch.output(network.code_end() - 1)), (std::vector<double>{5, 6, 7, 8}));
}

TEST(Network, RunsFewerRowsThanItsCapacity) {
  const Network network(model({layer("dense", 3), layer("tanh")}, {layer("dense", 6)}), {6});
  const Tensor theta = fresh_weights(network, DType::f32, 1), in = normals(DType::f32, {5, 6}, 2);
  const auto all = values_of(output(network, theta, in));
  MicroBatch batch(network, DType::f32, 9);
  batch.begin(in.view().slice(0, 2), 2, {});
  network.forward(theta, batch, network.layers());
  const auto some = values_of(batch.output(network.layers() - 1));
  for (size_t i = 0; i < some.size(); ++i) EXPECT_NEAR(some[i], all[i], 1e-6);
}

TEST(Network, ComputesTheSameInBothPrecisions) {
  const Network network(kPublished, {1, 28, 28});
  const Tensor theta = fresh_weights(network, DType::f32, 1), in = uniforms(DType::f32, {3, 784}, 2, 0, 1);
  const Tensor exact = output(network, theta.cast(DType::f64), in.cast(DType::f64));
  EXPECT_LT(relative_difference(output(network, theta, in), exact), 1e-5);
}

}  // namespace
}  // namespace hourglass
