#include "hourglass/app/training_size.h"

#include <gtest/gtest.h>

#include "support/message_of.h"

namespace hourglass {
namespace {

Dataset rows(int64_t count, const Shape& sample) {
  return {"pictures", sample, std::vector<uint8_t>(static_cast<size_t>(count * sample.size())), {}};
}

Recipe recipe(const std::string& model, const std::vector<std::string>& overrides = {}) {
  return parse_recipe("[data]\nsource = 'x'\n[model]\n" + model, "r", overrides);
}

const std::string kWide = "encoder = [{ dense = 'input' }, 'relu', { dense = 8 }]\ndecoder = [{ dense = 'input' }]\n";

TEST(TrainingSize, CountsWeightsOptimiserCopiesAndData) {
  const Dataset data = rows(100, {1000});
  const TrainingSize size = training_size(recipe(kWide), data, 1);
  EXPECT_NEAR(static_cast<double>(size.parameters), 1000 * 1001 + 8 * 1001 + 1000 * 9, 64);
  const auto weights = static_cast<double>(4 * size.parameters);
  EXPECT_GT(static_cast<double>(size.bytes), 7 * weights) << "θ, a copy of it, Adam's moments, and a checkpoint";
  EXPECT_LT(static_cast<double>(size.bytes), 8 * weights + 80e6);
  EXPECT_LT(training_size(recipe(kWide, {"train.optimizer={sgd=0.1}"}), data, 1).bytes, size.bytes);
}

TEST(TrainingSize, IsOneLine) {
  const DataSplits data{rows(100, {1, 4, 5}), rows(30, {1, 4, 5})};
  const std::string line = size_line(recipe(kWide, {"data.validation=0.1"}), data, 1);
  EXPECT_TRUE(line.starts_with("768 parameters, about ")) << line;
  EXPECT_TRUE(
      line.ends_with("; 90 samples to train on, 10 for validation, 30 for test; 1 × 4 × 5 = 20 features, a code "
                     "of 8, 20 outputs"))
      << line;
}

TEST(TrainingSize, RefusesTooManyParametersWithWhatWouldFit) {
  const Dataset data = rows(20, {1000});
  EXPECT_NO_THROW(check_training_size(recipe(kWide), data, 1));
  const std::string message =
      message_of<Error>([&] { check_training_size(recipe(kWide), data, 1, {.parameters = 300'000}); });
  for (const char* part : {"pictures: ", "300,000 parameters are refused", "encoder.0.weight has 1,000,000",
                           "Layers 1/4 as wide would fit", "{ dense = \"input/4\" }", "--allow-large"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(TrainingSize, RefusesMoreThanTheMemoryAndNamesABatchThatFits) {
  const Dataset data = rows(4000, {1000});
  const Recipe large = recipe(kWide, {"train.batch_size=4000"}), small = recipe(kWide, {"train.batch_size=256"});
  const int64_t limit = (training_size(large, data, 1).bytes + training_size(small, data, 1).bytes) / 2;
  const std::string message =
      message_of<Error>([&] { check_training_size(large, data, 1, {.parameters = 100'000'000, .bytes = limit}); });
  for (const char* part : {"of memory of this machine is refused", "It would fit with --batch-size "})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace hourglass
