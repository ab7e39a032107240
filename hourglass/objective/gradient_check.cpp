#include "hourglass/objective/gradient_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// Which side of every kink the forward pass took.
using Sides = std::vector<bool>;

bool has_kinks(const Layer& layer) {
  const auto s = layer.activation();
  using Kind = Activation::Kind;
  return s && (s->kind == Kind::relu || s->kind == Kind::leaky_relu || s->kind == Kind::elu || s->kind == Kind::topk);
}

/// The layer that a parameter belongs to.
int layer_of(const Network& network, const Parameter& p) { return network.find(p.name.substr(0, p.name.rfind('.'))); }

/// The objective of one micro-batch as a function of θ.
class LossFunction {
 public:
  LossFunction(Objective& objective, TrainingBatch& batch, View theta)
      : objective_(objective), batch_(batch), theta_(theta), network_(objective.network()) {
    for (int i = 0; i < network_.layers(); ++i)
      is_penalized_.push_back(
          std::ranges::any_of(objective.penalties(), [&](const auto& p) { return p.penalty->has_gradient_at(i); }));
  }

  /// A pass through all layers; the batch then has the outputs of all layers.
  double loss() {
    objective_.begin(batch_, batch_.rows(), batch_.batch_rows(), PassContext(batch_.context()));
    return objective_.evaluate(theta_, batch_).loss;
  }

  /// A pass that begins at a layer, the outputs before it being those of the last one.
  double loss_from(int layer) {
    if (layer == 0 || network_.sums_size() > 0) return loss();
    batch_.begin_at(layer, batch_.rows(), PassContext(batch_.context()));
    batch_.has_loss = batch_.has_own_gradients = false;
    return objective_.evaluate(theta_, batch_).loss;
  }

  Tensor gradient() {
    Tensor grad(DType::f64, theta_.shape());
    objective_.begin(batch_, batch_.rows(), batch_.batch_rows(), PassContext(batch_.context()));
    objective_.evaluate(theta_, batch_, grad);
    return grad;
  }

  /// The sides of the last pass: the signs of the outputs of activations with a kink and of penalised layers, of the
  /// inputs of other layers with one and, through a pool's vector–Jacobian product, its winners.
  Sides sides() const {
    Sides all;
    const auto add_signs = [&](ConstView v) {
      for_each_value(v, [&](int64_t, double x) {
        for (const double sign : {1, -1}) all.push_back(sign * x > 0);
      });
    };
    for (int i = 0; i < network_.layers(); ++i) {
      const Layer& layer = network_.layer(i);
      const ConstView in = batch_.output(network_.source(i)), out = batch_.output(i);
      if (has_kinks(layer) || is_penalized_[i]) add_signs(out);
      if (layer.has_kink_at_zero()) add_signs(in);
      if (!layer.keeps_range() || layer.only_reorders() || network_.addend(i)) continue;
      Tensor ones(DType::f64, out.shape()), winners(DType::f64, in.shape());
      fill(1, ones);
      const auto at = layer.linearize(batch_.context(), theta_, in, out, false, batch_.arena());
      layer.vjp(theta_, at, ones, winners);
      add_signs(winners);
    }
    return all;
  }

  /// What rounding may add to a loss, relative to it: each of n terms, added one after the other, rounds a sum that is
  /// on average half of the whole, which makes ε·√(n/12) (one standard deviation); some ε come from a term itself.
  double relative_rounding() const {
    const int64_t elements = batch_.rows() * network_.input().size();
    const int64_t terms = elements + (objective_.penalties().empty() ? 0 : network_.parameter_count());
    return std::numeric_limits<double>::epsilon() * (8 + std::sqrt(static_cast<double>(terms)));
  }

  View theta() const { return theta_; }

 private:
  Objective& objective_;
  TrainingBatch& batch_;
  View theta_;
  const Network& network_;
  std::vector<bool> is_penalized_;
};

struct Derivative {
  double value;
  double rounding;  ///< what the rounding of the losses can add to it
};

double element(ConstView theta, int64_t i) { return to_host(theta.part(i, {1})).as<double>()[0]; }

/// Loss and sides at one weight of θ plus some steps.
struct Sample {
  double loss;
  Sides sides;
};

/// (−f(2h) + 8 f(h) − 8 f(−h) + f(−2h)) / 12h of four samples, or nothing next to a kink.
std::optional<Derivative> quotient(const std::array<const Sample*, 4>& at, double h, double relative_rounding) {
  constexpr std::array kFactors = {1.0, -8.0, 8.0, -1.0};
  double sum = 0, largest = 0;
  for (size_t k = 0; k < at.size(); ++k) {
    if (at[k]->sides != at[0]->sides) return std::nullopt;
    sum += kFactors[k] * at[k]->loss;
    largest = std::max(largest, std::abs(at[k]->loss));
  }
  return Derivative{sum / (12 * h), relative_rounding * largest * 1.5 / h};
}

/// With the largest step that stays clear of kinks: large steps round least, small ones cross fewer kinks. Kinks that
/// no layer's output shows, a penalty's at a point of its own, are known by half the step giving something else.
std::optional<Derivative> numeric_derivative(LossFunction& function, int layer, View weight) {
  constexpr double kAgreement = 1e-7;  // relative, of smooth functions at these steps
  constexpr std::array kSteps = {-2.0, -1.0, -0.5, 0.5, 1.0, 2.0};
  const double at = element(weight, 0), scale = std::max(1.0, std::abs(at)), rounding = function.relative_rounding();
  std::optional<Derivative> result;
  for (const double step : {1e-4, 1e-5, 1e-6}) {
    const double h = step * scale;
    std::array<Sample, 6> s;
    for (size_t k = 0; k < s.size(); ++k) {
      fill(at + kSteps[k] * h, weight);
      s[k].loss = function.loss_from(layer);
      s[k].sides = function.sides();
    }
    const auto wide = quotient({&s[0], &s[1], &s[4], &s[5]}, h, rounding);
    const auto narrow = quotient({&s[1], &s[2], &s[3], &s[4]}, h / 2, rounding);
    if (!wide || !narrow) continue;
    const double tolerance = wide->rounding + narrow->rounding + kAgreement * std::abs(wide->value);
    if (std::abs(wide->value - narrow->value) > tolerance) continue;
    result = wide;
    break;
  }
  fill(at, weight);
  return result;
}

/// Sums of the squares of differences and of numeric derivatives.
struct Squares {
  double differences = 0, derivatives = 0;
};

/// Compares one entry, i of θ.
void check_entry(LossFunction& function, int layer, double analytic, int64_t i, GradientCheck& result, Squares& sums) {
  const auto numeric = numeric_derivative(function, layer, function.theta().part(i, {1}));
  if (!numeric) {
    ++result.skipped;
  } else if (std::max(std::abs(numeric->value), std::abs(analytic)) <= 2 * numeric->rounding) {
    ++result.too_small;
  } else {
    ++result.checked;
    sums.differences += std::pow(std::max(0.0, std::abs(numeric->value - analytic) - numeric->rounding), 2);
    sums.derivatives += numeric->value * numeric->value;
  }
}

}  // namespace

std::vector<GradientCheck> check_gradient(Objective& objective, TrainingBatch& batch, View theta, int64_t entries,
                                          const CheckProgress& progress) {
  LossFunction function(objective, batch, theta);
  const Tensor analytic = function.gradient();
  const Network& network = objective.network();
  double done = 0, total = 0;
  for (const Parameter& p : network.parameters()) total += static_cast<double>(std::min(entries, p.shape.size()));
  std::vector<GradientCheck> results;
  for (const Parameter& p : network.parameters()) {
    GradientCheck& result = results.emplace_back(GradientCheck{p.name, p.shape.size()});
    const int layer = layer_of(network, p);
    function.loss();
    Squares sums;
    const int64_t count = std::min(entries, p.shape.size());
    for (int64_t k = 0; k < count; ++k, ++done) {
      if (progress && !progress(done / total)) return results;
      const int64_t i = p.offset + (2 * k + 1) * p.shape.size() / (2 * count);
      check_entry(function, layer, element(analytic, i), i, result, sums);
    }
    if (sums.differences > 0) result.relative_error = std::sqrt(sums.differences / std::max(sums.derivatives, 1e-300));
  }
  if (progress) progress(1);
  return results;
}

}  // namespace hourglass
