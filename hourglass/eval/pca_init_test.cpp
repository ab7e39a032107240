#include "hourglass/eval/pca_init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hourglass/eval/metrics.h"
#include "hourglass/eval/pca.h"
#include "support/measuring.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Rows of six features with three directions of decreasing variance, and an offset.
Dataset rows() {
  Dataset data{"rows", {6}, {}, {}};
  auto& values = data.values.emplace<std::vector<float>>();
  for (int i = 0; i < 200; ++i)
    for (int j = 0; j < 6; ++j)
      values.push_back(static_cast<float>(2 + 3 * std::sin(1.3 * i) * (j + 1) + std::cos(0.7 * i * i) * (j % 2) +
                                          0.2 * std::sin(5.1 * i + 2.0 * j)));
  return data;
}

class PcaInit : public testing::TestWithParam<std::string> {};

TEST_P(PcaInit, StartsAtTheOptimumOfALinearAutoencoder) {
  const Dataset data = rows();
  const std::string activation = GetParam();
  const auto side = [&](int64_t outputs) {
    return activation.empty() ? std::vector{layer("dense", outputs)}
                              : std::vector{layer("dense", 9), layer(activation), layer("dense", outputs)};
  };
  const ModelConfig config = model(side(2), side(6));
  Autoencoder a(config, data.sample);
  initialise(a.network(), {}, 1, a.theta());
  initialise_by_pca(data, 1, a);
  const std::vector<std::string> names = {"mse", "pca_mse"};
  const Metrics measured = evaluate(a, data, names);
  const auto value = [&](size_t i) { return std::get<double>(measured[i].second); };
  EXPECT_NEAR(value(0), value(1), 1e-5 * value(1));
}

INSTANTIATE_TEST_SUITE_P(Layers, PcaInit, testing::Values("", "relu", "gelu", "softplus"), [](const auto& info) {
  const std::string activation = info.param;
  return activation.empty() ? "linear" : activation;
});

TEST(PcaInit, RefusesNetworksThatCannotComputeIt) {
  const Dataset data = rows();
  const auto message = [&](const std::vector<LayerConfig>& encoder, const std::vector<LayerConfig>& decoder) {
    const ModelConfig config = model(encoder, decoder);
    return message_of<Error>([&] {
      Autoencoder a(config, data.sample);
      initialise_by_pca(data, 1, a);
    });
  };
  const auto out = layer("dense", 6);
  EXPECT_NE(message({layer("dense", 4), layer("tanh"), layer("dense", 2)}, {out}).find("the encoder should be"),
            std::string::npos);
  EXPECT_NE(message({layer("dense", 2)}, {out, layer("sigmoid")}).find("the decoder should be"), std::string::npos);
  EXPECT_NE(message({layer("dense", 3), layer("relu"), layer("dense", 2)}, {out})
                .find("3 hidden units, expected at "
                      "least 4"),
            std::string::npos);
  EXPECT_NE(message({layer("dense", 7)}, {out}).find("7 units for 6 features"), std::string::npos);
}

}  // namespace
}  // namespace hourglass
