#include "hourglass/train/training_loop.h"

#include <gtest/gtest.h>

#include <numeric>

#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Epochs of 50 rows, three batches, the last one smaller.
struct Epochs {
  Recipe recipe;
  Dataset data{"rows", {4}, std::vector<float>(200), {}};
  Autoencoder model;
  TrainingLoop loop;
  std::vector<uint32_t> rows;
  ThreadChoice one{1, 1};
  EpochProgress progress;

  explicit Epochs(const std::string& train = "")
      : recipe(parse_recipe("[data]\nsource = 'rows'\n[model]\nencoder = [{ dense = 2 }]\ndecoder = [{ dense = 4 }]\n"
                            "[train]\nepochs = 2\nbatch_size = 20\nschedule = { cosine = 0.0 }\n" +
                                train,
                            "recipe")),
        model(recipe.model, data.sample),
        loop(recipe, model, 50),
        rows(50) {
    std::iota(rows.begin(), rows.end(), 0u);
    for (size_t i = 0; i < 200; ++i) std::get<std::vector<float>>(data.values)[i] = static_cast<float>(i * 37 % 11);
    initialise(model.network(), recipe.model.init, 1, model.theta());
  }
  bool run(int64_t steps) {
    return loop.run_epoch(data, rows, 1, one, progress, [&] { return --steps > 0; });
  }
};

TEST(TrainingLoop, TrainsOnEveryRowOnce) {
  Epochs epochs;
  EXPECT_EQ(epochs.loop.steps_per_epoch(), 3);
  EXPECT_TRUE(epochs.run(10));
  EXPECT_EQ(epochs.progress.step, 3);
  EXPECT_EQ(epochs.progress.rows, 50);
  EXPECT_EQ(epochs.loop.steps_done(), 3);
}

TEST(TrainingLoop, ContinuesAnEpochWhereItWasStopped) {
  Epochs whole, stopped;
  whole.run(10);
  stopped.run(1);
  EXPECT_EQ(stopped.progress.rows, 20);
  stopped.run(10);
  EXPECT_EQ(values_of(stopped.model.theta()), values_of(whole.model.theta()));
  EXPECT_EQ(stopped.progress.totals.loss, whole.progress.totals.loss);
}

TEST(TrainingLoop, EndsAnEpochWhoseLossIsNotFinite) {
  Epochs epochs("optimizer = { sgd = 1e30 }");
  EXPECT_FALSE(epochs.run(10));
  EXPECT_LT(epochs.progress.step, 3);
}

}  // namespace
}  // namespace hourglass
