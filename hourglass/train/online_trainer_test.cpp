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

/// A pass over 50 rows of which one is far too large diverges; a later pass does what it would have done without it.
TEST(OnlineTrainer, IsAsItWasAfterAPassThatDiverges) {
  for (const char* optimizer : {"optimizer = { sgd = 0.01, momentum = 0.9 }", "optimizer = { adam = 0.01 }"}) {
    const Recipe recipe = recipe_of(optimizer);
    const Dataset data = rows_of(50, 1), second = rows_of(50, 2);
    Dataset far = rows_of(50, 3);
    std::get<std::vector<float>>(far.values)[5 * 45] = 3e38f;
    Autoencoder model = fresh(recipe, data), other = fresh(recipe, data);
    OnlineTrainer trainer(recipe, model), unharmed(recipe, other);
    for (OnlineTrainer* t : {&trainer, &unharmed}) t->pass(data, 1, never);
    const std::string message = message_of<RuntimeFailure>([&] { trainer.pass(far, 1, never); });
    EXPECT_TRUE(message.starts_with("rows: diverged at epoch 2 step ")) << message;
    EXPECT_NE(message.find("the weights from before this pass are kept"), std::string::npos) << message;
    EXPECT_EQ(weights(model), weights(other));
    EXPECT_EQ(trainer.state(), unharmed.state());
    EXPECT_EQ(trainer.pass(second, 1, never), unharmed.pass(second, 1, never));
    EXPECT_EQ(weights(model), weights(other));
  }
}

/// The loss of a single step is finite, the weights after it are not.
TEST(OnlineTrainer, LooksAtTheWeightsAfterTheLastStep) {
  const Recipe recipe = recipe_of("optimizer = { sgd = 1e38 }");
  const Dataset data = rows_of(20, 1);
  Autoencoder model = fresh(recipe, data);
  const std::vector<float> before = weights(model);
  OnlineTrainer trainer(recipe, model);
  EXPECT_THROW(trainer.pass(data, 1, never), RuntimeFailure);
  EXPECT_EQ(weights(model), before);
}

}  // namespace
}  // namespace hourglass
