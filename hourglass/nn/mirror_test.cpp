#include "hourglass/nn/mirror.h"

#include <gtest/gtest.h>

#include "hourglass/base/schema/fields_writer.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/nn/network.h"
#include "support/message_of.h"
#include "support/networks.h"

namespace hourglass {
namespace {

const LayerConfig kMirror{"mirror"};

/// The written-out decoder of a mirrored encoder, in TOML.
std::string mirrored(std::vector<LayerConfig> encoder, const Shape& input) {
  const Network network(model(std::move(encoder), {kMirror}), input);
  std::vector<LayerConfig> decoder = network.config().decoder;
  EXPECT_EQ(network.shape(network.layers() - 1).size(), input.size());
  return toml_text(kind_values(decoder));
}

std::string refusal(std::vector<LayerConfig> encoder, const Shape& input) {
  return message_of<Error>([&] { Network(model(std::move(encoder), {kMirror}), input); });
}

TEST(Mirror, ReversesDenseLayersAndTheActivationsBetweenThem) {
  EXPECT_EQ(mirrored({layer("dense", 8), layer("relu"), layer("dense", 4), layer("tanh"), layer("dense", 2)}, {6}),
            R"([{ dense = 4 }, "tanh", { dense = 8 }, "relu", { dense = 6 }])");
  EXPECT_EQ(mirrored({layer("dense", 8), layer("relu"), layer("dense", 4), layer("sigmoid")}, {1, 3, 2}),
            R"([{ dense = 8 }, "relu", { dense = 6 }])");
  EXPECT_EQ(mirrored({{"dense", DenseConfig{.divisor = 2}}, layer("identity"), layer("topk", 2)}, {6}),
            "[{ dense = 6 }]");
}

TEST(Mirror, SolvesTheOutputPaddingOfEachSide) {
  EXPECT_EQ(
      mirrored({layer("conv2d", 4, 3, 2, 1), layer("relu"), layer("conv2d", 8, 3, 3), layer("relu")}, {3, 27, 28}),
      "[{ conv_transpose2d = 4, kernel = 3, stride = 3, output_padding = 2 }, \"relu\", "
      "{ conv_transpose2d = 3, kernel = 3, stride = 2, padding = 1, output_padding = [0, 1] }]");
  EXPECT_EQ(mirrored({layer("conv2d", 4, 3), layer("conv_transpose2d", 2, 4, 2)}, {1, 9, 9}),
            "[{ conv2d = 4, kernel = 4, stride = 2 }, { conv_transpose2d = 1, kernel = 3 }]");
}

TEST(Mirror, UndoesPoolingAndReshaping) {
  EXPECT_EQ(mirrored({layer("conv2d", 4, 3, 1, 1), layer("relu"), layer("max_pool2d", 2), layer("conv2d", 2, 3),
                      layer("tanh"), layer("max_pool2d", 2), layer("dense", 5), layer("sigmoid")},
                     {1, 12, 12}),
            "[{ dense = 8 }, { reshape = [2, 2, 2] }, { upsample2d = 2 }, \"tanh\", "
            "{ conv_transpose2d = 4, kernel = 3 }, { upsample2d = 2 }, \"relu\", "
            "{ conv_transpose2d = 1, kernel = 3, stride = 1, padding = 1 }]");
  // An activation would act on the code itself.
  EXPECT_EQ(mirrored({layer("conv2d", 2, 3), layer("tanh"), layer("max_pool2d", 2)}, {1, 6, 6}),
            "[{ upsample2d = 2 }, { conv_transpose2d = 1, kernel = 3 }]");
  EXPECT_EQ(mirrored({{"reshape", ReshapeConfig{{2, 2, 3}}}, layer("conv2d", 1, 2)}, {12}),
            "[{ conv_transpose2d = 2, kernel = 2 }, { reshape = [12] }]");
}

TEST(Mirror, UndoesLayersOverSeries) {
  const auto conv = [](int64_t channels, int64_t kernel, int64_t stride) {
    return LayerConfig{"conv1d", ConvConfig{channels, kernel, stride}};
  };
  EXPECT_EQ(mirrored({{"series", SeriesConfig{3}},
                      conv(4, 5, 3),
                      layer("relu"),
                      {"max_pool1d", PoolConfig{3}},
                      conv(2, 2, 0),
                      layer("tanh"),
                      layer("dense", 4)},
                     {3 * 30}),
            "[{ dense = 4 }, { reshape = [2, 2] }, \"tanh\", { conv_transpose1d = 4, kernel = 2 }, { upsample1d = 3 }, "
            "\"relu\", { conv_transpose1d = 3, kernel = 5, stride = 3, output_padding = 1 }, \"steps\"]");
}

TEST(Mirror, KeepsNormsBeforeTheirActivations) {
  const LayerConfig norm{"batch_norm", NormConfig{.momentum = 0.1}};
  const ConvConfig same{.channels = 4, .kernel = 3, .stride = 2, .padding = {0, true}, .dilation = 2, .groups = 2};
  EXPECT_EQ(
      mirrored({{"conv2d", same}, norm, layer("relu"), layer("conv2d", 2, 3), norm, layer("relu")}, {2, 8, 8}),
      "[{ conv_transpose2d = 4, kernel = 3 }, { batch_norm = 0.1 }, \"relu\", { conv_transpose2d = 2, kernel = 3, "
      "stride = 2, padding = \"same\", dilation = 2, groups = 2 }]");
  EXPECT_EQ(refusal({{"conv2d", same}, layer("dense", 3)}, {2, 7, 8}),
            "decoder: mirror: encoder[0] conv2d: no conv_transpose2d gives its input 2 × 7 × 8 back; write the "
            "decoder's layers out");
}

TEST(Mirror, LeavesTheSamplingOfACodeOut) {
  EXPECT_EQ(mirrored({layer("dense", 6), layer("tanh"), layer("dense", 4), {"gaussian", GaussianConfig{2}}}, {5}),
            R"([{ dense = 6 }, "tanh", { dense = 5 }])");
}

TEST(Mirror, MirrorsBranchAndShortcut) {
  EXPECT_EQ(mirrored({layer("conv2d", 4, 3, 1, 1), layer("relu"),
                      residual({layer("conv2d", 8, 3, 2, 1), layer("relu"), layer("conv2d", 8, 3, 1, 1), layer("tanh")},
                               {layer("conv2d", 8, 1, 2)}),
                      layer("relu"), residual({layer("tanh"), layer("dense", 32)}, {layer("dense", 32)})},
                     {1, 7, 8}),
            "[{ residual = [\"tanh\", { dense = 128 }, { reshape = [8, 4, 4] }], "
            "shortcut = [{ dense = 128 }, { reshape = [8, 4, 4] }] }, \"relu\", "
            "{ residual = [{ conv_transpose2d = 8, kernel = 3, stride = 1, padding = 1 }, \"relu\", "
            "{ conv_transpose2d = 4, kernel = 3, stride = 2, padding = 1, output_padding = [0, 1] }, \"tanh\"], "
            "shortcut = [{ conv_transpose2d = 4, kernel = 1, stride = 2, output_padding = [0, 1] }] }, \"relu\", "
            "{ conv_transpose2d = 1, kernel = 3, stride = 1, padding = 1 }]");
}

TEST(Mirror, IsFollowedByWhatTheRecipeAdds) {
  const Network network(model({layer("dense", 3), layer("tanh")}, {kMirror, layer("sigmoid")}), {6});
  EXPECT_TRUE(network.ends_in_sigmoid());
  EXPECT_EQ(network.layers(), 4);
}

TEST(Mirror, FitsTiedWeights) {
  ModelConfig config = model({layer("conv2d", 2, 3, 2), layer("tanh"), layer("conv2d", 3, 2)}, {kMirror});
  config.tied = true;
  EXPECT_EQ(Network(config, {1, 7, 8}).parameters().size(), 6u);
}

TEST(Mirror, RefusesWhatCannotBeUndone) {
  EXPECT_EQ(refusal({layer("max_pool2d", 2)}, {1, 7, 8}),
            "decoder: mirror: encoder[0] max_pool2d: upsample2d cannot make 1 × 7 × 8 of 1 × 3 × 4; write the "
            "decoder's layers out");
  EXPECT_EQ(refusal({layer("upsample2d", 2), layer("dense", 3)}, {1, 4, 4}),
            "decoder: mirror: encoder[0] upsample2d: no layer undoes it; write the decoder's layers out");
  EXPECT_EQ(refusal({layer("tanh")}, {4}),
            "decoder: mirror: the encoder has no layer that can be undone; write the decoder's layers out");
  EXPECT_EQ(refusal({layer("dense", 3), kMirror}, {4}),
            "encoder[1] mirror: only the decoder has it, outside of residuals: decoder = \"mirror\"");
}

}  // namespace
}  // namespace hourglass
