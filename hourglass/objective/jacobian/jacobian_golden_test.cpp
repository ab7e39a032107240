#include <gtest/gtest.h>

#include <array>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/objective/objective.h"
#include "hourglass/tensor/copy.h"
#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

// The key of all random numbers, the same as in tests/golden/penalties.py.
constexpr uint64_t kSeed = 11;
constexpr uint32_t kEpoch = 3;
constexpr std::array<uint32_t, 5> kSamples = {4, 0, 70000, 12, 2};

struct Configs {
  ModelConfig model;
  ObjectiveConfig objective;
};

Configs read_configs(const std::string& text) {
  const Value root = parse_toml(text, "golden");
  FieldReader reader(root, "");
  Configs c;
  reader.section("model", c.model);
  reader.section("objective", c.objective);
  reader.finish();
  return c;
}

TrainingBatch filled_batch(const Objective& objective, const Tensor& input) {
  const int64_t rows = input.rows();
  TrainingBatch batch = objective.make_batch(input.dtype(), rows, false);
  copy(input, batch.target(rows));
  objective.begin(batch, rows, rows, {.mode = Mode::training, .epoch = kEpoch, .sample_ids = kSamples});
  return batch;
}

/// One training step's gradient at the golden encoder and a decoder of zeros, which lets nothing else through to it.
void expect_as_in_pytorch(const GoldenCase& golden, DType dtype, double tolerance) {
  const Configs configs = read_configs(golden.recipe);
  const Tensor& input = golden.tensors.at("input");
  const Shape& s = input.shape();
  const Network network(configs.model, s.rank() == 2 ? Shape{s[1]} : Shape{s[1], s[2], s[3]});
  Objective objective(configs.objective, network, kSeed);
  Tensor theta(dtype, {network.parameter_count()}), gradient(dtype, theta.shape());
  const std::span<const Parameter> encoder = network.parameters().first(network.parameters().size() - 2);
  for (const Parameter& p : encoder) copy(golden.tensors.at(p.name).cast(dtype), p.in(theta.view()));
  TrainingBatch batch = filled_batch(objective, input.cast(dtype));
  const auto terms = objective.evaluate(theta, batch, gradient);
  const double value = golden.tensors.at("value").as<double>()[0];
  EXPECT_NEAR(terms.penalties.at(0), value, tolerance * value);
  for (const Parameter& p : encoder)
    EXPECT_LT(relative_difference(p.in(gradient.view()), golden.tensors.at("grad_" + p.name)), tolerance) << p.name;
}

/// Contraction and its kin for encoders of every kind, value and gradient, as PyTorch's double backward has them.
TEST(PenaltiesOfTheJacobian, AreWhatPyTorchComputes) {
  const auto cases = golden_cases("penalties");
  EXPECT_EQ(cases.size(), 39);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    expect_as_in_pytorch(golden, DType::f64, 1e-9);
    expect_as_in_pytorch(golden, DType::f32, 1e-5);
  }
}

TEST(PenaltiesOfTheJacobian, OfResidualsAreWhatPyTorchComputes) {
  const auto cases = golden_cases("residuals");
  EXPECT_EQ(cases.size(), 18);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    expect_as_in_pytorch(golden, DType::f64, 1e-9);
    expect_as_in_pytorch(golden, DType::f32, 1e-5);
  }
}

}  // namespace
}  // namespace hourglass
