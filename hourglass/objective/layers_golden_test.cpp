#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

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
constexpr PassContext kTraining{.mode = Mode::training, .seed = kSeed, .epoch = kEpoch, .sample_ids = kSamples};

/// A network and objective of a golden case with its weights.
struct Bench {
  Bench(const GoldenCase& golden, DType dtype)
      : input(golden.tensors.at("input").cast(dtype)),
        network(make_network(golden)),
        objective(make_objective(golden, network)),
        theta(dtype, {network.parameter_count()}),
        batch(objective.make_batch(dtype, input.rows(), false)) {
    for (const Parameter& p : network.parameters()) copy(golden.tensors.at(p.name).cast(dtype), p.in(theta.view()));
  }

  static Network make_network(const GoldenCase& golden) {
    const Shape& s = golden.tensors.at("input").shape();
    return {golden.model(), s.rank() == 2 ? Shape{s[1]} : Shape{s[1], s[2], s[3]}};
  }
  static Objective make_objective(const GoldenCase& golden, const Network& network) {
    const Value root = parse_toml(golden.recipe, "golden");
    FieldReader reader(root, "");
    ObjectiveConfig config;
    reader.section("objective", config);
    return {config, network, kSeed};
  }

  /// The loss of a training step; gradient assigned.
  double step(View gradient) {
    copy(input, batch.target(input.rows()));
    objective.begin(batch, input.rows(), input.rows(), kTraining);
    return objective.evaluate(theta, batch, gradient).loss;
  }
  /// The output outside training.
  ConstView reconstruct() {
    batch.begin(input.view().reshaped({input.rows(), network.input().size()}), input.rows(), {});
    network.forward(theta, batch, network.layers());
    return batch.output(network.layers() - 1);
  }

  Tensor input;
  Network network;
  Objective objective;
  Tensor theta;
  TrainingBatch batch;
};

double largest(const Tensor& t) {
  double found = 0;
  for (const double x : values_of(t)) found = std::max(found, std::abs(x));
  return found;
}

void expect_as_in_pytorch(const GoldenCase& golden, DType dtype, double tolerance) {
  Bench bench(golden, dtype);
  Tensor gradient(dtype, bench.theta.shape());
  const double value = golden.tensors.at("value").as<double>()[0];
  EXPECT_NEAR(bench.step(gradient), value, tolerance * value);
  // A bias before batch_norm has the gradient 0 up to rounding, so small tensors are measured on a scale of them all.
  double smallest = 0;
  for (const auto& [name, expected] : golden.part("grad_")) smallest = std::max(smallest, 0.1 * largest(expected));
  for (const Parameter& p : bench.network.parameters()) {
    const Tensor& expected = golden.tensors.at("grad_" + p.name);
    const double scale = std::max(1.0, smallest / largest(expected));
    EXPECT_LT(relative_difference(p.in(gradient.view()), expected), tolerance * scale) << p.name;
  }
  PassContext context = kTraining;
  context.batch_rows = bench.input.rows();
  bench.network.update_state(context, bench.batch.sums);
  for (const LayerState* s : bench.network.state())
    EXPECT_LT(relative_difference(s->values, golden.tensors.at("state_" + s->name)), 1e-6) << s->name;
  EXPECT_LT(relative_difference(bench.reconstruct(), golden.tensors.at("output")), std::max(tolerance, 1e-6));
}

/// The loss of a step with penalties on the Jacobian, all gradients, the running averages, and the output outside
/// training.
TEST(Layers, AreWhatPyTorchComputes) {
  const auto cases = golden_cases("layers");
  EXPECT_EQ(cases.size(), 12);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    expect_as_in_pytorch(golden, DType::f64, 1e-9);
    expect_as_in_pytorch(golden, DType::f32, 2e-5);
  }
}

}  // namespace
}  // namespace hourglass
