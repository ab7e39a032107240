#include "hourglass/train/online_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/tensor/copy.h"
#include "hourglass/train/trainer.h"
#include "support/message_of.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Three batches of 20, the last one smaller.
Recipe recipe_of(const std::string& more = "") {
  return parse_recipe(R"(
[data]
source = "rows"
scale = "standard"
[model]
encoder = [{ dense = 3 }, "tanh"]
decoder = [{ dense = 5 }]
[objective]
sparse_l1 = { weight = 1e-3 }
[corruption]
gaussian = 0.1
[train]
epochs = 3
batch_size = 20
)" + more,
                      "rows");
}

Dataset rows_of(int64_t rows, uint64_t seed) {
  const Tensor values = uniforms(DType::f32, {rows, 5}, seed, -1, 2);
  return {"rows", {5}, std::vector<float>(values.as<float>(), values.as<float>() + values.size()), {}};
}

/// Fresh weights and a scaler fitted to the data.
Autoencoder fresh(const Recipe& recipe, const Dataset& data) {
  Autoencoder model(recipe.model, data.sample);
  initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  std::vector<uint32_t> all(data.rows());
  std::iota(all.begin(), all.end(), 0u);
  model.scaler = fit_scaler(recipe.data.scale, data, all);
  return model;
}

std::vector<float> weights(const Autoencoder& model) {
  const auto* theta = model.theta().as<float>();
  return {theta, theta + model.theta().size()};
}

bool never() { return false; }

TEST(OnlineTrainer, DoesInPassesWhatATrainerDoesInEpochs) {
  const Recipe recipe = recipe_of();
  const Dataset data = rows_of(50, 1);
  Autoencoder online = fresh(recipe, data), whole = fresh(recipe, data);
  OnlineTrainer trainer(recipe, online);
  for (int pass = 0; pass < 3; ++pass) trainer.pass(data, 1, never);
  RunListener deaf;
  Trainer(recipe, whole, data, nullptr, 1).run({deaf, never, [] {}});
  EXPECT_EQ(weights(online), weights(whole));
}

TEST(OnlineTrainer, ContinuesFromItsState) {
  const Recipe recipe = recipe_of();
  const Dataset first = rows_of(50, 1), second = rows_of(30, 2);
  Autoencoder one = fresh(recipe, first), other = fresh(recipe, first);
  OnlineTrainer trainer(recipe, one);
  trainer.pass(first, 1, never);
  copy(one.theta(), other.theta());
  OnlineTrainer later(recipe, other);
  later.restore(parse_safetensors(trainer.state(), "state"), "state");
  EXPECT_EQ(trainer.pass(second, 1, never), later.pass(second, 1, never));
  EXPECT_EQ(weights(one), weights(other));
}

TEST(OnlineTrainer, EndsThePassWhenStopReturnsTrue) {
  const Recipe recipe = recipe_of();
  const Dataset data = rows_of(50, 1);
  Autoencoder model = fresh(recipe, data);
  OnlineTrainer trainer(recipe, model);
  int calls = 0;
  trainer.pass(data, 1, [&] { return ++calls == 2; });
  EXPECT_EQ(calls, 2);
}

TEST(OnlineTrainer, RefusesWhatIsNoStateOfIt) {
  const Recipe adam = recipe_of(), sgd = recipe_of("optimizer = { sgd = 0.1 }");
  const Dataset data = rows_of(20, 1);
  Autoencoder model = fresh(adam, data);
  OnlineTrainer from(sgd, model), to(adam, model);
  const auto refusal = [&](const std::string& bytes) {
    return message_of<Error>([&] { to.restore(parse_safetensors(bytes, "state"), "state"); });
  };
  EXPECT_EQ(refusal(from.state()), "state: tensor adam.m is missing or of another shape");
  EXPECT_EQ(refusal(safetensors_bytes({}, {{"steps", "-1"}, {"passes", "0"}})),
            "state: metadata \"steps\": expected at least 0, found -1");
}

TEST(OnlineTrainer, KeepsTheWeightsFromBeforeALossThatIsNotFinite) {
  const Recipe recipe = recipe_of("optimizer = { sgd = 1e30 }");
  const Dataset data = rows_of(50, 1);
  Autoencoder model = fresh(recipe, data);
  OnlineTrainer trainer(recipe, model);
  EXPECT_THROW(trainer.pass(data, 1, never), RuntimeFailure);
  EXPECT_TRUE(std::ranges::all_of(weights(model), [](float w) { return std::isfinite(w); }));
}

}  // namespace
}  // namespace hourglass
