#include <gtest/gtest.h>

#include <numeric>

#include "hourglass/model/inference.h"
#include "hourglass/objective/gradient_check.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/train/fine_tune.h"
#include "hourglass/train/online_trainer.h"
#include "hourglass/train/trainer.h"
#include "support/message_of.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

Recipe recipe_of(const std::string& encoder, const std::string& more = "") {
  return parse_recipe("[data]\nsource = 'rows'\nscale = 'none'\n[model]\nencoder = " + encoder +
                          "\ndecoder = [{ dense = 8 }, 'batch_norm', 'silu', { dense = 32 }]\n[train]\n" + more,
                      "recipe");
}

const std::string kDense =
    "[{ dense = 12 }, 'batch_norm', 'tanh', { dropout = 0.2 }, { dense = 6 }, 'layer_norm', 'prelu']";
const std::string kImages =
    "[{ conv2d = 4, kernel = 3 }, 'batch_norm', { prelu = 0.1, per_channel = true }, { dropout = 0.2 }, "
    "{ conv2d = 4, kernel = 2, stride = 2 }, { group_norm = 2 }, 'layer_norm', 'silu']";

Dataset images(int64_t rows, uint64_t seed = 3) {
  const Tensor values = uniforms(DType::f32, {rows, 32}, seed, 0, 1);
  return {"rows", {2, 4, 4}, std::vector<float>(values.as<float>(), values.as<float>() + values.size()), {}};
}

struct Trained {
  std::map<std::string, std::vector<double>> tensors;
  double loss = 0;
};

/// Two steps over 200 rows, which are cut into several micro-batches.
Trained train(const std::string& encoder, int threads) {
  const Recipe recipe = recipe_of(encoder);
  const Dataset data = images(200);
  Autoencoder model(recipe.model, data.sample);
  initialise(model.network(), recipe.model.init, 1, model.theta());
  Objective objective(recipe.objective, model.network(), 7);
  Optimizer adam(recipe.train.optimizer, DType::f32, model.theta().size());
  const Corruption none({}, 0);
  TrainingStep step(model, objective, adam, none, 200);
  std::vector<uint32_t> rows(200);
  std::iota(rows.begin(), rows.end(), 0u);
  Trained result;
  for (int64_t k = 1; k <= 2; ++k)
    result.loss = step.run(data, {.rows = rows, .number = k, .learning_rate = 0.01, .threads = threads}).loss;
  for (const auto& [name, view] : model.weights()) result.tensors[name] = values_of(view);
  return result;
}

TEST(NormalisedTraining, GivesTheSameBitsOnAnyNumberOfThreads) {
  for (const std::string& encoder : {kDense, kImages}) {
    const Trained one = train(encoder, 1);
    EXPECT_NE(one.tensors.at("encoder.1.running_mean"),
              std::vector<double>(one.tensors.at("encoder.1.running_mean").size()));
    for (const int threads : {2, 3}) {
      const Trained more = train(encoder, threads);
      EXPECT_EQ(more.tensors, one.tensors);
      EXPECT_EQ(more.loss, one.loss);
    }
  }
}

/// One step of SGD from the several micro-batches of a step, and from one that holds the whole batch.
TEST(NormalisedTraining, HasStatisticsOfTheWholeBatch) {
  for (const std::string& encoder : {kDense, kImages}) {
    const Recipe recipe = recipe_of(encoder, "optimizer = { sgd = 0.1 }\n");
    const Dataset data = images(200);
    Autoencoder model(recipe.model, data.sample, DType::f64);
    initialise(model.network(), recipe.model.init, 1, model.theta());
    const Tensor theta = [&] {
      Tensor t(DType::f64, model.theta().shape());
      copy(model.theta(), t);
      return t;
    }();
    Objective objective(recipe.objective, model.network(), 7);
    Optimizer sgd(recipe.train.optimizer, DType::f64, model.theta().size());
    const Corruption none({}, 0);
    std::vector<uint32_t> rows(200);
    std::iota(rows.begin(), rows.end(), 0u);
    TrainingStep(model, objective, sgd, none, 200).run(data, {.rows = rows, .learning_rate = 0.1, .threads = 2});
    TrainingBatch batch = objective.make_batch(DType::f64, 200, false);
    const PassContext context{.mode = Mode::training, .seed = 7, .epoch = 1};
    load_batch(objective, {data, {}, none}, rows, 200, context, batch);
    Tensor gradient(DType::f64, theta.shape());
    objective.evaluate(theta, batch, gradient);
    const auto found = values_of(model.theta()), before = values_of(theta), slope = values_of(gradient);
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], before[i] - 0.1 * slope[i], 1e-12) << i;
  }
}

TEST(NormalisedTraining, RefusesALastBatchOfOneRowAndNamesASizeThatFits) {
  const Recipe recipe = recipe_of(kDense, "batch_size = 64\n");
  Autoencoder model(recipe.model, {2, 4, 4});
  const Dataset data = images(129);
  EXPECT_EQ(
      message_of<Error>([&] { Trainer(recipe, model, data, nullptr, 1); }),
      "encoder[1] batch_norm: a batch of one row has a single value per feature, which has no variance; training "
      "needs at least 2 rows\nThe last batch of an epoch has 1 of 129 rows with train.batch_size = 64; use another "
      "size, for example 63");
  OnlineTrainer online(recipe, model);
  EXPECT_NE(message_of<Error>([&] { online.pass(data, 1, [] { return false; }); }), "");
  const Recipe single = recipe_of(kDense, "batch_size = 1\n");
  EXPECT_EQ(
      message_of<Error>([&] { Trainer(single, model, data, nullptr, 1); }),
      "train.batch_size = 1: encoder[1] batch_norm: a batch of one row has a single value per feature, which has no "
      "variance; training needs at least 2 rows");
}

TEST(NormalisedTraining, StopsWithTheRunningAveragesOfItsBestWeights) {
  const Recipe recipe = recipe_of(kDense, "epochs = 3\nbatch_size = 50\nearly_stopping = { patience = 1 }\n");
  const Dataset data = images(200);
  Autoencoder model(recipe.model, data.sample);
  initialise(model.network(), recipe.model.init, 1, model.theta());
  Trainer trainer(recipe, model, data, nullptr, 1);
  RunListener silent;
  trainer.run({silent, [] { return false; }, [] {}});
  const auto kept = values_of(model.weights().at("encoder.1.running_var"));
  EXPECT_NE(kept, std::vector<double>(kept.size(), 1.0));
}

TEST(NormalisedTraining, KeepsTheLatestRunningAveragesBesideAveragedWeights) {
  const Dataset data = images(200);
  const auto trained = [&](const std::string& more) {
    const Recipe recipe = recipe_of(kDense, "epochs = 2\nbatch_size = 50\n" + more);
    Autoencoder model(recipe.model, data.sample);
    initialise(model.network(), recipe.model.init, 1, model.theta());
    RunListener silent;
    Trainer(recipe, model, data, nullptr, 1).run({silent, [] { return false; }, [] {}});
    std::map<std::string, std::vector<double>> tensors;
    for (const auto& [name, view] : model.weights()) tensors[name] = values_of(view);
    return tensors;
  };
  const auto plain = trained(""), averaged = trained("ema = 0.9\n");
  EXPECT_EQ(averaged.at("encoder.1.running_mean"), plain.at("encoder.1.running_mean"));
  EXPECT_EQ(averaged.at("encoder.1.running_var"), plain.at("encoder.1.running_var"));
  EXPECT_NE(averaged.at("encoder.0.weight"), plain.at("encoder.0.weight"));
}

/// A classifier uses the encoder's running averages and leaves them, and batch_norm's scale, as they are.
TEST(NormalisedTraining, GivesItsRunningAveragesToAClassifier) {
  const Recipe recipe = recipe_of("[{ dense = 12 }, 'batch_norm']");
  Dataset data = images(300);
  for (int64_t i = 0; i < 300; ++i) {
    data.labels.push_back(static_cast<int32_t>(i % 2));
    for (int64_t j = 0; j < 16; ++j)
      std::get<std::vector<float>>(data.values)[static_cast<size_t>(32 * i + j)] += static_cast<float>(i % 2);
  }
  Autoencoder model(recipe.model, data.sample);
  initialise(model.network(), recipe.model.init, 1, model.theta());
  const FineTuneOptions options{.epochs = 5, .batch_size = 20, .rate = 1e-2};
  const double plain = fine_tune(model, recipe.model, data, data, options).validation_error;
  EXPECT_LT(plain, 0.05);
  fill(1e12, model.state()[1]->values);  // every code becomes the bias: nothing is left to learn from
  EXPECT_GT(fine_tune(model, recipe.model, data, data, options).validation_error, 0.3);
}

/// A state_dict of PyTorch holds a counter, an integer, which has no meaning here.
TEST(NormalisedModel, IgnoresTheCounterOfBatches) {
  const Recipe recipe = recipe_of(kDense);
  Autoencoder model(recipe.model, {2, 4, 4}), other(recipe.model, {2, 4, 4});
  initialise(model.network(), recipe.model.init, 1, model.theta());
  model.state()[0]->values.as<float>()[3] = 0.25f;
  auto tensors = model.weights();
  const Tensor counter(DType::f32, {1});
  tensors["encoder.1.num_batches_tracked"] = counter;
  other.load_weights(parse_safetensors(safetensors_bytes(tensors, {}), "file"), "file");
  EXPECT_EQ(values_of(other.weights().at("encoder.1.running_mean"))[3], 0.25);
}

}  // namespace
}  // namespace hourglass
