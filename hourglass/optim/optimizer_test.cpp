#include "hourglass/optim/optimizer.h"

#include <gtest/gtest.h>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/tensor/copy.h"
#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

OptimizerConfig optimizer(const std::string& kind) {
  OptimizerConfig c;
  c.kind = *find_named<OptimizerKind>(kind);
  c.learning_rate = 0.1;
  c.momentum = 0.9;
  return c;
}

/// θ after three steps, each cut into parts of these sizes.
std::vector<double> trained(const std::string& kind, DType dtype, const std::vector<int64_t>& parts) {
  Optimizer o(optimizer(kind), dtype, 50);
  Tensor theta = normals(dtype, {50}, 1);
  for (int64_t step = 1; step <= 3; ++step) {
    const Tensor gradient = normals(dtype, {50}, 10 + static_cast<uint64_t>(step));
    int64_t first = 0;
    for (const int64_t size : parts) {
      o.update(step, o.learning_rate(), first, gradient.view().part(first, {size}), theta);
      first += size;
    }
  }
  return values_of(theta);
}

TEST(Optimizer, GivesTheSameBitsHoweverThetaIsShared) {
  for (const std::string& kind : kNames<OptimizerKind>)
    for (const DType dtype : {DType::f32, DType::f64}) {
      EXPECT_EQ(trained(kind, dtype, {16, 16, 18}), trained(kind, dtype, {50}));
      EXPECT_EQ(trained(kind, dtype, {1, 30, 19}), trained(kind, dtype, {50}));
    }
}

TEST(Optimizer, NamesTheStateThatACheckpointKeeps) {
  const std::map<std::string, std::vector<std::string>> expected = {{"adam", {"adam.m", "adam.v"}},
                                                                    {"adamw", {"adamw.m", "adamw.v"}},
                                                                    {"rmsprop", {"rmsprop.momentum", "rmsprop.v"}},
                                                                    {"sgd", {"sgd.momentum"}}};
  for (const auto& [kind, names] : expected) {
    Optimizer o(optimizer(kind), DType::f32, 4);
    std::vector<std::string> found;
    for (const auto& [name, view] : o.state()) {
      found.push_back(name);
      EXPECT_EQ(view.size(), 4);
    }
    EXPECT_EQ(found, names);
  }
}

TEST(Optimizer, ResumesExactlyFromItsState) {
  for (const std::string& kind : kNames<OptimizerKind>) {
    Optimizer first(optimizer(kind), DType::f32, 20), second(optimizer(kind), DType::f32, 20);
    Tensor theta = normals(DType::f32, {20}, 1);
    const Tensor gradient = normals(DType::f32, {20}, 2);
    first.update(1, 0.1, 0, gradient, theta);
    Tensor copy = theta.clone();
    for (auto& [name, state] : first.state()) ops::add_scaled(1, state, second.state().at(name));
    first.update(2, 0.1, 0, gradient, theta);
    second.update(2, 0.1, 0, gradient, copy);
    EXPECT_EQ(values_of(copy), values_of(theta));
  }
}

TEST(Optimizer, TakesItsOwnSettings) {
  OptimizerConfig c = optimizer("adam");
  c.beta1 = 0.5, c.beta2 = 0.75, c.epsilon = 0.5;
  Optimizer o(c, DType::f64, 1);
  Tensor theta(DType::f64, {1});
  o.update(1, 1, 0, tensor_of({1}, {2}), theta);
  EXPECT_NEAR(values_of(theta)[0], -2 / 2.5, 1e-15);
}

/// [train] of a golden case: its optimizer, and its ema.
struct GoldenTrain {
  OptimizerConfig optimizer;
  double ema = 0;
};

void fields(auto& v, GoldenTrain& c) {
  v.choice("optimizer", c.optimizer, "");
  v.field("ema", c.ema, inside(0, 1), "");
}

/// PyTorch's weights and their average after 50 steps along given gradients.
TEST(Optimizer, MovesWeightsAsPyTorch) {
  for (const auto& [name, golden] : golden_cases("optimizers")) {
    GoldenTrain train;
    FieldReader(parse_toml(golden.recipe, name), "").section("train", train);
    for (const DType dtype : {DType::f32, DType::f64}) {
      const Tensor gradients = golden.tensors.at("gradients").cast(dtype);
      Tensor theta = golden.tensors.at("initial").cast(dtype), average = theta.clone();
      Optimizer o(train.optimizer, dtype, theta.size());
      if (train.ema > 0) o.average_weights(train.ema, average);
      for (int64_t step = 1; step <= gradients.rows(); ++step)
        o.update(step, o.learning_rate(), 0, gradients.view().slice(step - 1, 1), theta);
      const double tolerance = dtype == DType::f32 ? 1e-5 : 1e-12;
      EXPECT_LT(relative_difference(theta, golden.tensors.at("final")), tolerance) << name;
      EXPECT_GT(relative_difference(theta, golden.tensors.at("initial")), 1e-3) << name << " did not move";
      if (train.ema == 0) continue;
      EXPECT_LT(relative_difference(average, golden.tensors.at("average")), tolerance) << name;
    }
  }
}

TEST(Optimizer, AveragesWeightsFromWhereTheyStart) {
  Optimizer o({.kind = OptimizerKind::sgd, .learning_rate = 1}, DType::f64, 1);
  Tensor theta = tensor_of({1}, {8}), average = tensor_of({1}, {8});
  o.average_weights(0.75, average);
  o.update(1, 1, 0, tensor_of({1}, {4}), theta);  // θ = 4
  EXPECT_EQ(values_of(average)[0], 7);
  o.update(2, 1, 0, tensor_of({1}, {4}), theta);  // θ = 0
  EXPECT_EQ(values_of(average)[0], 5.25);
}

}  // namespace
}  // namespace hourglass
