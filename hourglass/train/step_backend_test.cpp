#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <thread>

#include "hourglass/base/random.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/tensor/visit.h"
#include "hourglass/train/step.h"
#include "support/checking_backend.h"

namespace hourglass {
namespace {

constexpr const char* kDense = R"(
[data]
source = "images"
[model]
encoder = [{ dense = 12 }, "sigmoid"]
decoder = [{ dense = 64 }, "sigmoid"]
[objective]
trim = 0.1
contractive = { weight = 0.1 }
hessian = { weight = 0.1, std = 0.1 }
sparse_kl = { weight = 0.1, target = 0.1 }
weight_decay = { weight = 1e-3 }
[corruption]
masking = 0.2
)";

constexpr const char* kConvolutional = R"(
[data]
source = "images"
[model]
encoder = [{ conv2d = 16, kernel = 3, padding = 1 }, "relu", { max_pool2d = 2 }, { conv2d = 2, kernel = 3, padding = 1 }, "tanh"]
decoder = [{ conv_transpose2d = 1, kernel = 2, stride = 2 }]
[objective]
contractive = { weight = 0.1, probes = 2 }
sparse_l1 = { weight = 1e-3 }
[corruption]
gaussian = 0.1
[train]
optimizer = { sgd = 0.1, momentum = 0.9 }
)";

constexpr const char* kNormalised = R"(
[data]
source = "images"
[model]
encoder = [{ conv2d = 4, kernel = 3 }, { group_norm = 2 }, { prelu = 0.1, per_channel = true }, "layer_norm", { dense = 6 }, "layer_norm", { dropout = 0.2 }, "silu"]
decoder = [{ dense = 8 }, "batch_norm", "prelu", { reshape = [2, 2, 2] }, "batch_norm", { dense = 64 }]
[objective]
contractive = { weight = 0.1, probes = 2 }
)";

/// Random images of 8 × 8 pixels. The outer columns are zero, so that dense layers leave them out.
Dataset images(int64_t count) {
  const Random random(1, Stream::probes);
  std::vector<float> pixels(static_cast<size_t>(count) * 64);
  for (size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = i % 8 < 2 || i % 8 > 5 ? 0.0f : static_cast<float>(random.uniform(0, 0, i));
  return {"images", {1, 8, 8}, std::move(pixels), {}};
}

/// The losses of three steps from fresh weights, then the weights.
std::vector<double> trained(const Recipe& recipe, const Dataset& data, DType dtype) {
  Autoencoder model(recipe.model, data.sample, dtype);
  initialise(model.network(), recipe.model.init, 1, model.theta());
  Objective objective(recipe.objective, model.network(), 1);
  Optimizer optimizer(recipe.train.optimizer, dtype, model.theta().size());
  const Corruption corruption(recipe.corruption, 1);
  TrainingStep step(model, objective, optimizer, corruption, data.rows());
  std::vector<uint32_t> rows(static_cast<size_t>(data.rows()));
  std::iota(rows.begin(), rows.end(), 0u);
  std::vector<double> numbers;
  for (int64_t number = 1; number <= 3; ++number)
    numbers.push_back(step.run(data, {.rows = rows, .number = number, .learning_rate = 1e-3}).loss);
  for_each_value(model.theta(), [&](int64_t, double weight) { numbers.push_back(weight); });
  return numbers;
}

class StepOnACheckedDevice : public testing::TestWithParam<std::tuple<const char*, DType>> {};

/// Nothing but the backend touches the memory, and nothing reads memory that was not written.
TEST_P(StepOnACheckedDevice, EndsInTheSameWeights) {
  const auto& [text, dtype] = GetParam();
  const Recipe recipe = parse_recipe(text, "recipe");
  const Dataset data = images(40);
  const std::vector<double> expected = trained(recipe, data, dtype);
  std::vector<double> found;
  const CheckedDevice device;
  std::thread([&, type = dtype] { found = trained(recipe, data, type); }).join();  // with caches of its own
  EXPECT_EQ(found, expected);
  EXPECT_GT(device.calls(), 100);
}

INSTANTIATE_TEST_SUITE_P(Networks, StepOnACheckedDevice,
                         testing::Combine(testing::Values(kDense, kConvolutional, kNormalised),
                                          testing::Values(DType::f32, DType::f64)),
                         [](const auto& info) {
                           const std::string text = std::get<0>(info.param);
                           const char* name = text == kDense           ? "Dense"
                                              : text == kConvolutional ? "Convolutional"
                                                                       : "Normalised";
                           return std::string(name) + (std::get<1>(info.param) == DType::f32 ? "F32" : "F64");
                         });

}  // namespace
}  // namespace hourglass
