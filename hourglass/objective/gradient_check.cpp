#include "hourglass/objective/gradient_check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// Which side of every kink the forward pass took.
using Sides = std::vector<bool>;

/// The objective of one micro-batch as a function of θ.
struct LossFunction {
  Objective& objective;
  TrainingBatch& batch;
  View theta;

  double loss() {
    begin();
    return objective.evaluate(theta, batch).loss;
  }

  Tensor gradient() {
    Tensor grad(DType::f64, theta.shape());
    begin();
    objective.evaluate(theta, batch, grad);
    return grad;
  }

  /// Signs of all layer outputs and, through a pool's vector–Jacobian product, its winners.
  Sides sides() {
    Sides all;
    const Network& network = objective.network();
    begin();
    while (!network.forward(theta, batch, network.layers(), batch.sums)) {
    }
    const auto add_signs = [&](ConstView v) {
      for_each_value(v, [&](int64_t, double x) {
        for (const double sign : {1, -1}) all.push_back(sign * x > 0);
      });
    };
    for (int i = 0; i < network.layers(); ++i) {
      const Layer& layer = network.layer(i);
      const ConstView in = batch.output(i - 1), out = batch.output(i);
      add_signs(out);
      if (layer.weight() || layer.activation()) continue;
      Tensor ones(DType::f64, out.shape()), winners(DType::f64, in.shape());
      fill(1, ones);
      const auto at = layer.linearize(batch.context(), theta, in, out, false, batch.arena());
      layer.vjp(theta, at, ones, winners);
      add_signs(winners);
    }
    return all;
  }

  void begin() { objective.begin(batch, batch.rows(), batch.batch_rows(), PassContext(batch.context())); }
};

struct Derivative {
  double value;
  double rounding;  ///< what the rounding of the losses can add to it
};

double element(ConstView theta, int64_t i) { return to_host(theta.part(i, {1})).as<double>()[0]; }

/// (−f(2h) + 8 f(h) − 8 f(−h) + f(−2h)) / 12h for one weight of θ, or nothing next to a kink.
std::optional<Derivative> differentiate(LossFunction& function, View weight, double h) {
  constexpr std::array kSteps = {-2, -1, 1, 2};
  constexpr std::array kFactors = {1.0, -8.0, 8.0, -1.0};
  constexpr double kLossRounding = 2e-15;  // relative, of a sum over some thousand elements
  const double at = element(weight, 0);
  double sum = 0, largest = 0;
  std::optional<Sides> first;
  bool smooth = true;
  for (size_t k = 0; k < kSteps.size(); ++k) {
    fill(at + kSteps[k] * h, weight);
    const double loss = function.loss();
    sum += kFactors[k] * loss;
    largest = std::max(largest, std::abs(loss));
    Sides now = function.sides();
    smooth = smooth && (!first || *first == now);
    if (!first) first = std::move(now);
  }
  fill(at, weight);
  if (!smooth) return std::nullopt;
  return Derivative{sum / (12 * h), kLossRounding * largest * 1.5 / h};
}

/// With the largest step that stays clear of kinks: large steps round least, small ones cross fewer kinks. Kinks that
/// no layer's output shows, a penalty's at a point of its own, are known by half the step giving something else.
std::optional<Derivative> numeric_derivative(LossFunction& function, View weight) {
  const double scale = std::max(1.0, std::abs(element(weight, 0)));
  constexpr double kAgreement = 1e-7;  // relative, of smooth functions at these steps
  for (const double step : {1e-4, 1e-5, 1e-6}) {
    const auto wide = differentiate(function, weight, step * scale);
    const auto narrow = wide ? differentiate(function, weight, step * scale / 2) : std::nullopt;
    if (!narrow) continue;
    const double rounding = wide->rounding + narrow->rounding;
    if (std::abs(wide->value - narrow->value) <= rounding + kAgreement * std::abs(wide->value)) return wide;
  }
  return std::nullopt;
}

/// ‖analytic − numeric‖ / ‖numeric‖ over the entries of one parameter that are clear of kinks.
GradientCheck check_parameter(LossFunction& function, const Parameter& p, const Tensor& analytic, View theta,
                              int64_t entries) {
  GradientCheck result{p.name, 0, 0, 0.0};
  double difference = 0, norm = 0;
  const int64_t count = std::min(entries, p.shape.size());
  for (int64_t k = 0; k < count; ++k) {
    const int64_t i = p.offset + (2 * k + 1) * p.shape.size() / (2 * count);
    const auto numeric = numeric_derivative(function, theta.part(i, {1}));
    if (!numeric) {
      ++result.skipped;
      continue;
    }
    ++result.checked;
    const double error = std::abs(numeric->value - element(analytic, i));
    difference += std::pow(std::max(0.0, error - numeric->rounding), 2);
    norm += numeric->value * numeric->value;
  }
  if (difference > 0) result.relative_error = std::sqrt(difference / std::max(norm, 1e-300));
  return result;
}

}  // namespace

std::vector<GradientCheck> check_gradient(Objective& objective, TrainingBatch& batch, View theta, int64_t entries) {
  LossFunction function{objective, batch, theta};
  const Tensor analytic = function.gradient();
  std::vector<GradientCheck> results;
  for (const Parameter& p : objective.network().parameters())
    results.push_back(check_parameter(function, p, analytic, theta, entries));
  return results;
}

}  // namespace hourglass
