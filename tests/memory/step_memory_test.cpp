#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "hourglass/data/source.h"
#include "hourglass/train/trainer.h"
#include "memory/requests.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

const std::string kGolden = std::string(HOURGLASS_TESTS) + "/golden/trajectories";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kGolden)) names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Looks at what is asked for from one step of an epoch to its next, in every epoch but the first.
class LargestRequest final : public RunListener {
 public:
  void on_step(const StepRecord& step) override {
    if (step.epoch > 1 && step.step > 1) {
      bytes = std::max(bytes, largest_request.load());
      ++steps;
    }
    largest_request = 0;
  }
  size_t bytes = 0;
  int steps = 0;
};

class StepMemory : public testing::TestWithParam<std::string> {};

/// Small objects, such as a vector with a value for every penalty, are allowed; working memory is not.
TEST_P(StepMemory, IsAllTakenInTheFirstEpoch) {
  const SafeTensors golden = read_safetensors(kGolden + "/" + GetParam() + ".safetensors");
  Recipe recipe = parse_recipe(golden.metadata.at("recipe"), GetParam());
  recipe.train.epochs = 2;
  const DataSplits data = open_source(std::string(HOURGLASS_TESTS) + "/data/mnist-sample");
  Autoencoder model(recipe.model, data.train.sample);
  Trainer trainer(recipe, model, data.train, nullptr, 1);
  LargestRequest listener;
  trainer.run({listener, [] { return false; }, [] {}});
  EXPECT_GT(listener.steps, 3);
  EXPECT_LT(listener.bytes, 1024u);
}

INSTANTIATE_TEST_SUITE_P(Golden, StepMemory, testing::ValuesIn(cases()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace hourglass
