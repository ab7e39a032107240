#include "hourglass/eval/variational.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/golden.h"
#include "support/measuring.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

struct Golden {
  Autoencoder model;
  Dataset data;
};

Golden golden(const GoldenCase& c) {
  const Tensor& x = c.tensors.at("input");
  const std::vector<double> values = values_of(x);
  Golden g{Autoencoder(c.model(), {x.shape()[1]}),
           {"golden", {x.shape()[1]}, std::vector<float>(values.begin(), values.end()), {}}};
  SafeTensors weights;
  for (const auto& [name, tensor] : c.tensors)
    if (name.starts_with("encoder.") || name.starts_with("decoder.")) weights.tensors[name] = tensor.clone();
  g.model.load_weights(weights, "golden");
  return g;
}

/// torch.distributions gave the same numbers from the same draws, in fp64.
TEST(Variational, MeasuresWhatPyTorchDoes) {
  const auto cases = golden_cases("variational");
  ASSERT_EQ(cases.size(), 2);
  for (const auto& [name, c] : cases) {
    const Golden g = golden(c);
    const auto samples = static_cast<int64_t>(values_of(c.tensors.at("samples"))[0]);
    const std::vector<std::string> names = {"elbo", "kl", "unit_kl", "active_units", "log_likelihood", "mmd"};
    for (const auto& [metric, value] : evaluate(g.model, g.data, names, {.samples = samples})) {
      const std::vector<double> found = flat(value), expected = values_of(c.tensors.at(metric));
      ASSERT_EQ(found.size(), expected.size()) << metric;
      for (size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i], expected[i], 1e-5 * std::max(metric == "mmd" ? 0.1 : 1.0, std::abs(expected[i])))
            << name << " " << metric;
    }
  }
}

/// An encoder without weights on its input gives N(mean, variance); the decoder is z itself, two features.
Autoencoder constant(double mean, double log_variance) {
  Autoencoder a = fresh(model({layer("dense", 4), layer("gaussian", 2)}, {layer("dense", 2)}), {2});
  set(a, 0, [](int64_t) { return 0.0; });
  set(a, 1, [&](int64_t i) { return i < 2 ? mean : log_variance; });
  set(a, 2, [](int64_t i) { return i % 3 == 0 ? 1.0 : 0.0; });
  set(a, 3, [](int64_t) { return 0.0; });
  return a;
}

/// Marginally x ~ N(0, 2I) there; N(x/2, I/2) is the exact posterior of z given x.
double exact_log_likelihood(const Dataset& data) {
  double sum = 0;
  for (const double x : values_of(data)) sum -= 0.5 * (x * x / 2 + std::log(4 * std::numbers::pi));
  return sum / static_cast<double>(data.rows());
}

TEST(Variational, TheLogLikelihoodApproachesTheExactOneFromBelow) {
  const Dataset data = uniform_rows(2000, 2);
  const Autoencoder a = constant(0.2, std::log(0.6));
  const double exact = exact_log_likelihood(data);
  const auto estimate = [&](int64_t samples) {
    return flat(evaluate(a, data, std::vector<std::string>{"log_likelihood"}, {.samples = samples}).at(0).second)[0];
  };
  EXPECT_LT(estimate(1), exact);
  EXPECT_LT(estimate(1), estimate(20));
  EXPECT_NEAR(estimate(500), exact, 2e-3);
  EXPECT_LT(measure(a, data, "elbo"), exact);
}

TEST(Variational, StatesTheNumberOfDraws) {
  const Dataset data = uniform_rows(3, 2);
  const auto metrics = evaluate(constant(0, 0), data, std::vector<std::string>{"log_likelihood"});
  EXPECT_EQ(find_metric<Estimate>(metrics, "log_likelihood")->samples, kImportanceSamples);
}

TEST(Variational, ACodeLikeThePriorHasNoDivergenceAndNoActiveUnits) {
  const Dataset data = uniform_rows(700, 2);
  EXPECT_EQ(measure(constant(0, 0), data, "kl"), 0);
  EXPECT_EQ(measure(constant(0, 0), data, "active_units"), 0);
  EXPECT_NEAR(measure(constant(0, 0), data, "mmd"), 0, 0.01);
  EXPECT_GT(measure(constant(2, -3), data, "mmd"), 0.3);
}

TEST(Variational, DependsNeitherOnTheOrderOfRowsNorOnThreads) {
  const Dataset data = uniform_rows(600, 4);
  const Autoencoder a =
      fresh(model({layer("dense", 6), layer("gaussian", 3)}, {layer("dense", 4), layer("sigmoid")}), {4});
  const std::vector<std::string> names = {"elbo", "unit_kl", "active_units", "log_likelihood", "mmd"};
  const Metrics one = evaluate(a, data, names, {.threads = 1, .samples = 3});
  EXPECT_EQ(evaluate(a, data, names, {.threads = 3, .samples = 3}), one);
  const Metrics other = evaluate(a, reversed(data), names, {.threads = 2, .samples = 3});
  for (size_t m = 0; m < one.size(); ++m)
    for (size_t i = 0; i < flat(one[m].second).size(); ++i)
      EXPECT_NEAR(flat(other[m].second)[i], flat(one[m].second)[i], 1e-9) << one[m].first;
}

TEST(Variational, NeedsAGaussianCode) {
  const Dataset data = uniform_rows(3, 4);
  const Autoencoder plain = fresh(model({layer("dense", 2)}, {layer("dense", 4)}), {4});
  for (const std::string name : {"elbo", "kl", "unit_kl", "active_units", "log_likelihood"})
    EXPECT_EQ(message_of<Error>([&] { measure(plain, data, name); }),
              name + ": the encoder does not end in { gaussian = H }, so that a code has no distribution");
  EXPECT_GT(measure(plain, data, "mmd"), -1);
  EXPECT_EQ(message_of<Error>([&] { measure(plain, data.slice(0, 1), "mmd"); }),
            "mmd: random: 1 row, at least 2 are needed");
}

TEST(Variational, RefusesMmdOfTooManyRows) {
  EXPECT_EQ(message_of<Error>([&] { measure(constant(0, 0), uniform_rows(10'001, 2), "mmd"); }),
            "mmd: random: takes all pairs of 10001 rows, at most 10000 are allowed; use --rows to limit the data");
}

TEST(Variational, DrawsAreOfTheLogLikelihoodAlone) {
  EXPECT_EQ(message_of<Error>([&] { measure(constant(0, 0), uniform_rows(3, 2), "kl", {.samples = 5}); }),
            "samples: only log_likelihood uses them, and it is not requested");
}

}  // namespace
}  // namespace hourglass
