#include <gtest/gtest.h>

#include <numeric>

#include "hourglass/tensor/copy.h"
#include "hourglass/train/step.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// The weights after two steps over 100 rows, which are cut into several micro-batches.
std::vector<double> trained(const ModelConfig& config, const Shape& input, int threads) {
  const Tensor values = uniforms(DType::f32, {100, input.size()}, 3, 0, 1);
  const float* first = values.as<float>();
  const Dataset data{"rows", input, std::vector<float>(first, first + values.size()), {}};
  Autoencoder model(Network(config, input), DType::f32);
  copy(fresh_weights(model.network(), DType::f32, 1), model.theta());
  Objective objective({}, model.network());
  Optimizer sgd({.kind = OptimizerKind::sgd, .learning_rate = 0.1}, DType::f32, model.theta().size());
  const Corruption none({}, 0);
  TrainingStep step(model, objective, sgd, none, 100);
  std::vector<uint32_t> rows(100);
  std::iota(rows.begin(), rows.end(), 0u);
  for (int64_t k = 1; k <= 2; ++k)
    step.run(data, {.rows = rows, .number = k, .learning_rate = 0.1, .threads = threads});
  return values_of(model.theta());
}

void expect_same_bits(const ModelConfig& config, const Shape& input) {
  const std::vector<double> one = trained(config, input, 1);
  for (const int threads : {2, 3}) EXPECT_EQ(trained(config, input, threads), one) << threads;
}

TEST(Windows, GiveTheSameBitsOnAnyNumberOfThreads) {
  expect_same_bits(model(layers(R"([{ conv2d = 16, kernel = 3, stride = 2, padding = "same", groups = 2 }, "tanh",
                       { conv2d = 16, kernel = 3, padding = "same", dilation = 2, groups = 16 }, { avg_pool2d = 2 }])"),
                         layers(R"([{ upsample2d = 2, mode = "bilinear" },
                       { conv_transpose2d = 2, kernel = 4, stride = 2, padding = "same", groups = 2 }])")),
                   {2, 8, 8});
  expect_same_bits(model(layers(R"([{ series = 3 }, { conv1d = 24, kernel = 5, stride = 2, padding = "same" }, "relu",
                                    { max_pool1d = 2 }])"),
                         layers(R"([{ upsample1d = 2, mode = "linear" },
                                    { conv_transpose1d = 3, kernel = 4, stride = 2, padding = 1 }, "steps"])")),
                   {48});
}

}  // namespace
}  // namespace hourglass
