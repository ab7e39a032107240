#include "hourglass/objective/gradient_check.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hourglass {

namespace {

/// Which side of every kink the forward pass took.
using Sides = std::vector<bool>;

class Probe {
 public:
  Probe(Objective& objective, Lane& lane, View theta)
      : objective_(objective), lane_(lane), theta_(theta), sums_(objective.sums_size()) {}

  double loss() {
    objective_.prepare(theta_);
    objective_.forward(theta_, lane_, lane_.rows);
    objective_.combine({&lane_, 1}, sums_);
    return objective_.terms(theta_, sums_, lane_.rows).loss;
  }

  Tensor gradient() {
    loss();
    Tensor grad(DType::f64, theta_.shape());
    objective_.backward(theta_, lane_, lane_.rows, sums_, grad);
    objective_.add_parameter_gradients(theta_, sums_, lane_.rows, 0, grad);
    return grad;
  }

  /// Signs of all layer outputs and, through a pool's own backward pass, its winners.
  Sides sides() const {
    Sides all;
    const Network& network = objective_.network();
    const auto add_signs = [&](ConstView v) {
      for (int64_t i = 0; i < v.size(); ++i) all.push_back(v.as<double>()[i] > 0);
    };
    ConstView previous = lane_.input();
    for (int i = 0; i < network.layers(); ++i) {
      const View out = network.value(lane_.activations, i, lane_.rows);
      add_signs(out);
      if (!network.layer(i).weight() && !network.layer(i).activation()) {
        Tensor ones(DType::f64, out.shape()), winners(DType::f64, {lane_.rows, previous.columns()});
        std::fill_n(ones.as<double>(), ones.size(), 1.0);
        network.layer(i).backward(theta_, previous, out, ones, winners, {});
        add_signs(winners);
      }
      previous = out;
    }
    return all;
  }

 private:
  Objective& objective_;
  Lane& lane_;
  View theta_;
  std::vector<double> sums_;
};

/// (−f(2h) + 8 f(h) − 8 f(−h) + f(−2h)) / 12h, or nothing next to a kink.
std::optional<double> numeric_derivative(Probe& probe, double& w) {
  const double at = w, h = 1e-4 * std::max(1.0, std::abs(w));
  constexpr std::array kSteps = {-2, -1, 1, 2};
  constexpr std::array kFactors = {1.0, -8.0, 8.0, -1.0};
  double sum = 0;
  std::optional<Sides> first;
  bool smooth = true;
  for (size_t k = 0; k < kSteps.size(); ++k) {
    w = at + kSteps[k] * h;
    sum += kFactors[k] * probe.loss();
    const Sides now = probe.sides();
    smooth = smooth && (!first || *first == now);
    if (!first) first = now;
  }
  w = at;
  if (!smooth) return std::nullopt;
  return sum / (12 * h);
}

}  // namespace

std::vector<GradientCheck> check_gradient(Objective& objective, Lane& lane, View theta, int64_t entries) {
  Probe probe(objective, lane, theta);
  const Tensor analytic = probe.gradient();
  std::vector<GradientCheck> results;
  for (const Parameter& p : objective.network().parameters()) {
    GradientCheck result{p.name, 0, 0, 0.0};
    double difference = 0, norm = 0;
    const int64_t count = std::min(entries, p.shape.size());
    for (int64_t k = 0; k < count; ++k) {
      const int64_t i = p.offset + (2 * k + 1) * p.shape.size() / (2 * count);
      const auto numeric = numeric_derivative(probe, theta.as<double>()[i]);
      if (!numeric) {
        ++result.skipped;
        continue;
      }
      ++result.checked;
      difference += std::pow(*numeric - analytic.as<double>()[i], 2);
      norm += *numeric * *numeric;
    }
    // Differences of a loss near 1 carry about 1e-12 of rounding: below that both gradients vanish.
    constexpr double kVanishing = 1e-11;
    if (difference > kVanishing * kVanishing * static_cast<double>(count))
      result.relative_error = std::sqrt(difference / std::max(norm, 1e-300));
    results.push_back(result);
  }
  return results;
}

}  // namespace hourglass
