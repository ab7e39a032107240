#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/copy.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const ModelConfig kSmall = model({layer("dense", 6), layer("gaussian", 3)}, {layer("dense", 4)});

/// The codes of two rows in such a pass, and μ and ln σ².
struct Pass {
  std::vector<double> code, parameters;
};

Pass pass(const PassContext& context, const ModelConfig& config = kSmall) {
  const Network network(config, {4});
  const Tensor theta = fresh_weights(network, DType::f64, 1);
  MicroBatch batch(network, DType::f64, 2);
  copy(uniforms(DType::f64, {2, 4}, 2, 0, 1), batch.input_buffer(2));
  batch.begin(2, 2, context);
  network.forward(theta, batch, network.code_end());
  return {values_of(batch.output(network.code_end() - 1)), values_of(batch.output(network.code_end() - 2))};
}

TEST(Gaussian, IsTheMeanOutsideTraining) {
  for (const Mode mode : {Mode::evaluation, Mode::encoding}) {
    const auto [code, parameters] = pass({.mode = mode});
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j) EXPECT_EQ(code[3 * i + j], parameters[6 * i + j]);
  }
}

TEST(Gaussian, AddsKeyedNoiseInTraining) {
  const std::vector<uint32_t> ids = {7, 9};
  const auto [code, parameters] = pass({.mode = Mode::training, .seed = 5, .epoch = 2, .sample_ids = ids});
  for (size_t i = 0; i < 2; ++i) {
    const auto noise = normals(Random(5, Stream::code).words(2, ids[i], 0));
    for (size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(code[3 * i + j], parameters[6 * i + j] + std::exp(parameters[6 * i + 3 + j] / 2) * noise[j], 1e-14);
  }
}

TEST(Gaussian, DrawsAnewInEveryEpochAndForEverySeed) {
  const auto code = [](uint64_t seed, uint32_t epoch) {
    return pass({.mode = Mode::training, .seed = seed, .epoch = epoch}).code;
  };
  EXPECT_EQ(code(1, 1), code(1, 1));
  EXPECT_NE(code(1, 1), code(1, 2));
  EXPECT_NE(code(1, 1), code(2, 1));
}

TEST(Gaussian, HasTheGradientOfItsDraws) {
  Workbench bench(model({layer("dense", 5), layer("tanh"), layer("dense", 6), layer("gaussian", 3)},
                        {layer("dense", 5), layer("tanh"), layer("dense", 4), layer("sigmoid")}),
                  {4}, objective_of("bce"));
  for (const GradientCheck& c : check_gradient(bench.objective, bench.batch, bench.theta, 20)) {
    EXPECT_GT(c.checked, 0) << c.parameter;
    EXPECT_LT(c.relative_error, 1e-7) << c.parameter;
  }
}

TEST(Gaussian, HasTheJacobianOfItsMean) {
  const Network network(kSmall, {4});
  const Layer& code = network.code();
  const Tensor in = normals(DType::f64, {1, 6}, 1), v = normals(DType::f64, {2, 6}, 2),
               u = normals(DType::f64, {2, 3}, 3);
  Tensor out(DType::f64, {2, 3}), back(DType::f64, {2, 6});
  code.jvp({}, {in, {}, {}}, v, out);
  code.vjp({}, {in, {}, {}}, u, back);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) {
      EXPECT_EQ(out.as<double>()[3 * i + j], v.as<double>()[6 * i + j]);
      EXPECT_EQ(back.as<double>()[6 * i + j], u.as<double>()[3 * i + j]);
      EXPECT_EQ(back.as<double>()[6 * i + 3 + j], 0);
    }
}

TEST(Gaussian, GoesWithAContractivePenalty) {
  for (const ModelConfig& config :
       {kSmall,
        model({layer("dense", 5), layer("tanh"), layer("dense", 6), layer("gaussian", 3)}, {layer("dense", 4)})}) {
    Workbench bench(config, {4}, objective_of("mse", ContractiveConfig{.weight = 0.3}));
    for (const GradientCheck& c : check_gradient(bench.objective, bench.batch, bench.theta, 20))
      EXPECT_LT(c.relative_error, 1e-7) << c.parameter;
  }
}

TEST(Gaussian, FlattensImagesChannelsFirst) {
  const ModelConfig config = model({layer("conv2d", 2, 3), layer("gaussian", 4)}, {layer("dense", 16)});
  const Network network(config, {1, 4, 4});
  EXPECT_EQ(network.code().output(), Shape{4});
  EXPECT_TRUE(network.layer(network.code_end() - 2).only_reorders());
}

TEST(Gaussian, IsListedWhereADecoderDoesNotFit) {
  const std::string message = message_of<Error>([] {
    Network(model({layer("dense", 6), layer("gaussian", 3)}, {layer("dense", 5)}), {4});
  });
  for (const char* part : {"encoder[1] gaussian         3\n", "use 4 units in decoder[0] dense"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(Gaussian, RefusesWhatDoesNotFit) {
  const auto refusal = [](std::vector<LayerConfig> encoder, std::vector<LayerConfig> decoder) {
    return message_of<Error>([&] { Network(model(encoder, decoder), {4}); });
  };
  EXPECT_EQ(refusal({layer("dense", 5), layer("gaussian", 3)}, {layer("dense", 4)}),
            "encoder[1] gaussian: its input 5 has 5 features, expected 6: a mean and a ln σ² for each of 3 units");
  EXPECT_EQ(refusal({layer("dense", 3)}, {layer("dense", 8), layer("gaussian", 4)}),
            "decoder[1] gaussian: expected it at the end of the encoder, its output is the code");
  EXPECT_EQ(refusal({layer("dense", 6), layer("gaussian", 3), layer("tanh")}, {layer("dense", 4)}),
            "encoder[1] gaussian: expected it at the end of the encoder, its output is the code");
}

}  // namespace
}  // namespace hourglass
