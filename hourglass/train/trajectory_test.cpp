#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "hourglass/base/statistics.h"
#include "hourglass/data/source.h"
#include "hourglass/model/inference.h"
#include "hourglass/train/trainer.h"
#include "support/numbers.h"

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

/// The tensors whose names start with `prefix`, without it.
SafeTensors part(const SafeTensors& file, const std::string& prefix) {
  SafeTensors out;
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix)) out.tensors[name.substr(prefix.size())] = tensor.clone();
  return out;
}

double relative_distance(ConstView a, const Tensor& b) {
  const std::vector<double> found = values_of(a), expected = values_of(b);
  double difference = 0, norm = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    difference += std::pow(found[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return std::sqrt(difference / norm);
}

class Trajectory : public testing::TestWithParam<std::string> {};

/// PyTorch's weights after 50 optimiser steps from the same start (tests/golden/trajectories.py lists the cases).
TEST_P(Trajectory, EndsInPyTorchsWeights) {
  const SafeTensors golden = read_safetensors(kGolden + "/" + GetParam() + ".safetensors");
  const Recipe recipe = parse_recipe(golden.metadata.at("recipe"), GetParam());
  const DataSplits data = open_source(std::string(HOURGLASS_TESTS) + "/data/mnist-sample");
  Autoencoder model(recipe.model, data.train.sample);
  model.load_weights(part(golden, "initial."), "initial");
  Trainer trainer(recipe, model, data.train, nullptr, 2);
  RunListener silent;
  ASSERT_EQ(trainer.run({silent, [] { return false; }, [] {}}), RunOutcome::finished);
  const SafeTensors final = part(golden, "final.");
  for (const auto& [name, view] : model.weights()) {
    EXPECT_LT(relative_distance(view, final.tensors.at(name)), 1e-4) << name;
    EXPECT_GT(relative_distance(view, part(golden, "initial.").tensors.at(name)), 1e-3) << name << " did not move";
  }
}

std::vector<std::string> precise_cases() {
  std::vector<std::string> names = cases();
  std::erase_if(names, [](const std::string& name) {
    return part(read_safetensors(kGolden + "/" + name + ".safetensors"), "precise.").tensors.empty();
  });
  return names;
}

class PreciseTrajectory : public testing::TestWithParam<std::string> {};

/// The same in 64-bit floats, for the cases that hold PyTorch's.
TEST_P(PreciseTrajectory, EndsInPyTorchsWeights) {
  const SafeTensors golden = read_safetensors(kGolden + "/" + GetParam() + ".safetensors");
  const Recipe recipe = parse_recipe(golden.metadata.at("recipe"), GetParam());
  const DataSplits data = open_source(std::string(HOURGLASS_TESTS) + "/data/mnist-sample");
  Autoencoder model(recipe.model, data.train.sample, DType::f64);
  model.load_weights(part(golden, "initial."), "initial");
  const std::vector<uint32_t> rows = all_rows(data.train.rows());
  model.scaler = fit_scaler(recipe.data, data.train, rows);
  TrainingLoop loop(recipe, model, data.train.rows());
  ThreadChoice two(2, 2);
  for (int64_t epoch = 1; epoch <= recipe.train.epochs; ++epoch) {
    EpochProgress progress;
    loop.run_epoch(data.train, rows, epoch, two, progress, [] { return true; });
  }
  const SafeTensors expected = part(golden, "precise.");
  for (const auto& [name, view] : model.weights())
    EXPECT_LT(relative_distance(view, expected.tensors.at(name)), 1e-6) << name;
}

INSTANTIATE_TEST_SUITE_P(Golden, PreciseTrajectory, testing::ValuesIn(precise_cases()),
                         [](const auto& info) { return info.param; });

/// A state_dict made in PyTorch gives PyTorch's loss here.
TEST_P(Trajectory, HasPyTorchsTestLoss) {
  const SafeTensors golden = read_safetensors(kGolden + "/" + GetParam() + ".safetensors");
  const Recipe recipe = parse_recipe(golden.metadata.at("recipe"), GetParam());
  const DataSplits data = open_source(std::string(HOURGLASS_TESTS) + "/data/mnist-sample");
  Autoencoder model(recipe.model, data.test->sample);
  model.load_weights(part(golden, "final."), "final");
  model.scaler = fit_scaler(ScalerKind::unit, *data.test, {});
  const bool bce = reconstruction_of(recipe.objective, model.network()) == Reconstruction::bce;
  const Inference inference(model, 2);
  const double loss = bce ? mean_bce(inference, *data.test) : mean_squared_error(inference, *data.test);
  const double expected = std::stod(golden.metadata.at("test_reconstruction"));
  EXPECT_NEAR(loss, expected, 1e-5 * expected);
}

INSTANTIATE_TEST_SUITE_P(Golden, Trajectory, testing::ValuesIn(cases()), [](const auto& info) { return info.param; });

}  // namespace
}  // namespace hourglass
