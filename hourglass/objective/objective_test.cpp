#include "hourglass/objective/objective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/tensor/copy.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

const ModelConfig kShallow = model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7), layer("sigmoid")});
const ModelConfig kLinear = model({layer("dense", 4), layer("sigmoid")}, {layer("dense", 7)});

TEST(Objective, ChoosesBceForASigmoidAndMseOtherwise) {
  const Network sigmoid(kShallow, {7}), linear(kLinear, {7});
  EXPECT_EQ(Objective({}, sigmoid).reconstruction(), Reconstruction::bce);
  EXPECT_EQ(Objective({}, linear).reconstruction(), Reconstruction::mse);
  EXPECT_EQ(Objective(objective_of("mse"), sigmoid).reconstruction(), Reconstruction::mse);
}

TEST(Objective, RefusesBceWithoutASigmoid) {
  const Network linear(kLinear, {7});
  EXPECT_EQ(message_of<Error>([&] { Objective(objective_of("bce"), linear); }),
            "[objective] reconstruction: bce needs a decoder that ends in \"sigmoid\"; add it, or use \"mse\"");
}

/// Mean over elements of f(reconstruction, clean input).
template <class F>
double mean_over_elements(Workbench& bench, F f) {
  bench.batch.begin(bench.batch.rows(), bench.batch.rows(), {.mode = Mode::training});
  bench.network.forward(bench.theta, bench.batch, bench.network.layers());
  const auto r = values_of(bench.batch.output(bench.network.layers() - 1)), x = values_of(bench.batch.target());
  double sum = 0;
  for (size_t i = 0; i < r.size(); ++i) sum += f(r[i], x[i]);
  return sum / static_cast<double>(r.size());
}

double bce(double r, double x) { return -x * std::log(r) - (1 - x) * std::log(1 - r); }
double squared(double r, double x) { return (r - x) * (r - x); }

TEST(Objective, ReportsTheMeanReconstructionOverRowsAndElements) {
  Workbench with_bce(kShallow, {7}, objective_of("bce")), with_mse(kShallow, {7}, objective_of("mse"));
  const auto bce_terms = with_bce.terms(), mse_terms = with_mse.terms();
  EXPECT_NEAR(bce_terms.reconstruction, mean_over_elements(with_bce, bce), 1e-13);
  EXPECT_NEAR(mse_terms.reconstruction, mean_over_elements(with_mse, squared), 1e-13);
  EXPECT_EQ(bce_terms.loss, bce_terms.reconstruction);
}

TEST(Objective, AddsUpFeaturesWhereAskedAndStillReportsTheMean) {
  for (const char* reconstruction : {"bce", "mse"}) {
    ObjectiveConfig config = objective_of(reconstruction);
    Workbench mean(kShallow, {7}, config);
    config.reduction = UnitReduction::sum;
    Workbench sum(kShallow, {7}, config);
    Tensor of_mean(DType::f64, mean.theta.shape()), of_sum(DType::f64, sum.theta.shape());
    const auto terms = mean.objective.evaluate(mean.theta, mean.batch, of_mean);
    const auto summed = sum.objective.evaluate(sum.theta, sum.batch, of_sum);
    EXPECT_EQ(summed.reconstruction, terms.reconstruction);
    EXPECT_NEAR(summed.loss, 7 * terms.loss, 1e-13);
    ops::scale(7, of_mean);
    EXPECT_LT(relative_difference(of_sum, of_mean), 1e-13) << reconstruction;
  }
}

TEST(Objective, ComparesACorruptedInputsReconstructionWithTheCleanTarget) {
  Workbench bench(kShallow, {7}, objective_of("mse"), 5, {.gaussian = 0.5});
  const auto terms = bench.terms();
  EXPECT_NEAR(terms.reconstruction, mean_over_elements(bench, squared), 1e-13);
}

ObjectiveConfig trimmed(const std::string& reconstruction, double trim) {
  ObjectiveConfig config = objective_of(reconstruction);
  config.trim = trim;
  return config;
}

/// Σ over the rows of f's mean over elements, without the `left_out` largest.
template <class F>
double sum_of_the_best(Workbench& bench, int64_t left_out, F f) {
  const auto r = values_of(bench.batch.output(bench.network.layers() - 1)), x = values_of(bench.batch.target());
  const auto rows = static_cast<size_t>(bench.batch.rows()), width = x.size() / rows;
  std::vector<double> losses(rows);
  for (size_t i = 0; i < x.size(); ++i) losses[i / width] += f(r[i], x[i]) / static_cast<double>(width);
  std::sort(losses.begin(), losses.end());
  return std::accumulate(losses.begin(), losses.end() - left_out, 0.0);
}

TEST(Objective, LeavesOutTheRowsThatAreReconstructedWorst) {
  Workbench bench(kShallow, {7}, trimmed("mse", 0.4));  // 2 of 5 rows
  const double reconstruction = bench.terms().reconstruction;
  EXPECT_NEAR(reconstruction, sum_of_the_best(bench, 2, squared) / 5, 1e-13);
  Workbench none(kShallow, {7}, trimmed("mse", 0.19));
  EXPECT_NEAR(none.terms().reconstruction, mean_over_elements(none, squared), 1e-13);
}

TEST(Objective, GivesRowsThatAreLeftOutNoGradient) {
  for (const char* reconstruction : {"mse", "bce"}) {
    Workbench bench(kShallow, {7}, trimmed(reconstruction, 0.4));
    bench.terms();
    const int top = bench.network.layers() - (reconstruction == std::string("bce") ? 2 : 1);
    int64_t without = 0;
    for (int64_t i = 0; i < bench.batch.rows(); ++i)
      without += ops::sum_of_squares(bench.batch.gradient(top).slice(i, 1)) == 0;
    EXPECT_EQ(without, 2) << reconstruction;
  }
}

ObjectiveConfig everything(const std::string& reconstruction) {
  return objective_of(reconstruction, ContractiveConfig{.weight = 0.2},
                      SparseKlConfig{.weight = 0.3, .target = 0.2, .on = PenalizedLayers::hidden},
                      SparseL1Config{.weight = 0.4, .on = PenalizedLayers::hidden}, WeightDecayConfig{.weight = 0.1});
}

TEST(Objective, AddsWeightedPenaltiesAndReportsThemUnweighted) {
  Workbench bench(kShallow, {7}, everything("bce"));
  const auto terms = bench.terms();
  ASSERT_EQ(terms.penalties.size(), 4);
  const double expected = terms.reconstruction + 0.2 * terms.penalties[0] + 0.3 * terms.penalties[1] +
                          0.4 * terms.penalties[2] + 0.1 * terms.penalties[3];
  EXPECT_NEAR(terms.loss, expected, 1e-14);
  std::vector<std::string_view> names;
  for (const auto& p : bench.objective.penalties()) names.push_back(p.penalty->name());
  EXPECT_EQ(names, (std::vector<std::string_view>{"contractive", "sparse_kl", "sparse_l1", "weight_decay"}));
  EXPECT_TRUE(bench.objective.couples_rows());
}

struct Step {
  Objective::Totals terms;
  Tensor gradient;
};

/// One step over rows cut into micro-batches of these sizes, each with a gradient of its own, summed in order.
Step step_in_parts(Objective& objective, const Tensor& theta, const Tensor& rows, const std::vector<int64_t>& sizes) {
  std::vector<TrainingBatch> batches;
  std::vector<Tensor> gradients;
  int64_t first = 0;
  objective.prepare(theta);
  for (const int64_t size : sizes) {
    // More rows are allocated than used.
    TrainingBatch& batch = batches.emplace_back(objective.make_batch(theta.dtype(), size + 2, false));
    gradients.emplace_back(theta.dtype(), theta.shape());
    copy(rows.view().slice(first, size), batch.target(size));
    objective.begin(batch, size, rows.rows(), {.mode = Mode::training});
    first += size;
  }
  std::vector<double> sums(static_cast<size_t>(objective.sums_size()));
  for (bool is_over = false; !is_over;) {
    for (size_t m = 0; m < batches.size(); ++m) is_over = objective.advance(theta, batches[m], sums, gradients[m]);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (const TrainingBatch& batch : batches)
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += batch.sums[i];
  }
  Step step{objective.terms(theta, sums, rows.rows()), Tensor(theta.dtype(), theta.shape())};
  for (size_t m = 0; m < batches.size(); ++m) {
    objective.network().add_deferred_gradients(batches[m], objective.network().layers(), gradients[m]);
    ops::add_scaled(1, gradients[m], step.gradient);
  }
  objective.add_parameter_gradients(theta, sums, rows.rows(), 0, step.gradient);
  return step;
}

void expect_same_in_parts(const ModelConfig& network_config, const Shape& input, const ObjectiveConfig& config,
                          DType dtype) {
  const Network network(network_config, input);
  Objective objective(config, network);
  const Tensor theta = fresh_weights(network, dtype, 1), rows = uniforms(dtype, {12, input.size()}, 2, 0, 1);
  const Step one = step_in_parts(objective, theta, rows, {12});
  for (const auto& sizes : std::vector<std::vector<int64_t>>{{6, 6}, {5, 4, 3}, {1, 11}, std::vector<int64_t>(12, 1)}) {
    const Step cut = step_in_parts(objective, theta, rows, sizes);
    EXPECT_NEAR(cut.terms.loss, one.terms.loss, 1e-6 * one.terms.loss);
    for (size_t k = 0; k < one.terms.penalties.size(); ++k)
      EXPECT_NEAR(cut.terms.penalties[k], one.terms.penalties[k], 1e-6 * one.terms.penalties[k]);
    EXPECT_LT(relative_difference(cut.gradient, one.gradient), dtype == DType::f64 ? 1e-12 : 1e-6);
  }
}

TEST(Objective, DoesNotDependOnHowABatchIsCutIntoMicroBatches) {
  const auto conv = model({layer("conv2d", 3, 3), layer("sigmoid"), layer("max_pool2d", 2)},
                          {layer("conv_transpose2d", 2, 4, 2), layer("sigmoid")});
  for (const DType dtype : {DType::f32, DType::f64})
    for (const std::string reconstruction : {"bce", "mse"}) {
      SCOPED_TRACE(fmt::format("{} bytes, {}", size_of(dtype), reconstruction));
      expect_same_in_parts(kShallow, {7}, everything(reconstruction), dtype);
      expect_same_in_parts(conv, {2, 6, 6},
                           objective_of(reconstruction, SparseKlConfig{.weight = 0.3, .target = 0.2},
                                        SparseL1Config{.weight = 0.4, .on = PenalizedLayers::hidden}),
                           dtype);
    }
}

TEST(Objective, ComputesTheSameInBothPrecisions) {
  const Network network(kShallow, {7});
  Objective objective(everything("bce"), network);
  const Tensor theta = fresh_weights(network, DType::f32, 1), rows = uniforms(DType::f32, {12, 7}, 2, 0, 1);
  const Step fast = step_in_parts(objective, theta, rows, {12});
  const Step exact = step_in_parts(objective, theta.cast(DType::f64), rows.cast(DType::f64), {12});
  EXPECT_NEAR(fast.terms.loss, exact.terms.loss, 1e-5 * exact.terms.loss);
  EXPECT_LT(relative_difference(fast.gradient, exact.gradient), 1e-5);
}

}  // namespace
}  // namespace hourglass
