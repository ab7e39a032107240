#include "hourglass/app/objective_check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "hourglass/base/statistics.h"

namespace hourglass {

namespace {

constexpr double kLargestRatio = 1000;    // of the largest variance to the median one
constexpr double kLargestShare = 0.99;    // of one feature in the sum of all variances
constexpr double kLargestDeviation = 10;  // root of the mean variance, where networks expect about 1
constexpr double kRounding = 1e-6;

/// Scaled values of the training rows, per feature.
struct Summary {
  double low = HUGE_VAL, high = -HUGE_VAL;
  std::vector<double> mean, variance;
  double outside = 0;  ///< fraction of the values outside the range of the output
};

struct OutputRange {
  std::string activation;
  double low, high;
};

/// The range of the activation that the decoder ends in; nothing if it is unbounded.
std::optional<OutputRange> output_range(const Network& network) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  int last = network.layers() - 1;
  while (last > 0 && network.layer(last).only_reorders()) --last;
  const auto activation = network.layer(last).activation();
  if (!activation) return std::nullopt;
  using Kind = Activation::Kind;
  switch (activation->kind) {
    case Kind::sigmoid:
      return OutputRange{"sigmoid", 0, 1};
    case Kind::tanh:
      return OutputRange{"tanh", -1, 1};
    case Kind::relu:
      return OutputRange{"relu", 0, kInfinity};
    case Kind::softplus:
      return OutputRange{"softplus", 0, kInfinity};
    case Kind::elu:
      return OutputRange{"elu", -activation->parameter, kInfinity};
    case Kind::gelu:
      return OutputRange{"gelu", -0.17, kInfinity};
    case Kind::silu:
      return OutputRange{"silu", -0.279, kInfinity};
    default:
      return std::nullopt;
  }
}

/// Moments by Welford's updates, which do not lose digits beside a large mean.
Summary summarise(const Dataset& data, const Scaler& scaler, const std::optional<OutputRange>& range) {
  constexpr int64_t kMostRows = 10'000, kMostValues = int64_t{1} << 24;
  constexpr int64_t kMostTogether = 256, kMostValuesTogether = int64_t{1} << 22;
  const int64_t features = data.sample.size();
  const auto rows = evenly_spaced(data.rows(), std::min(kMostRows, std::max<int64_t>(256, kMostValues / features)));
  const auto together = static_cast<size_t>(std::clamp<int64_t>(kMostValuesTogether / features, 1, kMostTogether));
  Tensor scaled(DType::f32, {static_cast<int64_t>(together), features});
  Summary s;
  s.mean.resize(features);
  s.variance.resize(features);
  double count = 0, outside = 0;
  for (size_t first = 0; first < rows.size(); first += together) {
    const size_t some = std::min(together, rows.size() - first);
    gather(data, scaler, std::span(rows).subspan(first, some), scaled.view().slice(0, static_cast<int64_t>(some)));
    const float* x = scaled.as<float>();
    for (size_t i = 0; i < some; ++i) {
      ++count;
      for (int64_t j = 0; j < features; ++j) {
        const double value = *x++, before = value - s.mean[j];
        s.mean[j] += before / count;
        s.variance[j] += before * (value - s.mean[j]);
        s.low = std::min(s.low, value);
        s.high = std::max(s.high, value);
        if (range) outside += value < range->low - kRounding || value > range->high + kRounding;
      }
    }
  }
  for (double& v : s.variance) v /= count;
  s.outside = outside / (count * static_cast<double>(features));
  return s;
}

double entropy(double p) {
  const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
  return p < 0 || p > 1 ? 0 : term(p) + term(1 - p);
}

std::string range_text(const OutputRange& range) {
  if (std::isinf(range.high)) return fmt::format("values from {:.3g} upwards", range.low);
  return fmt::format("values from {:.3g} to {:.3g}", range.low, range.high);
}

std::string percent(double fraction) {
  return fraction < 0.001 ? "less than 0.1 %" : fmt::format("{:.3g} %", 100 * fraction);
}

std::string unreachable_values(const Recipe& recipe, const OutputRange& range, const Summary& s) {
  const bool is_minmax = recipe.data.scale == ScalerKind::minmax;
  return fmt::format(
      "the decoder ends in \"{}\", which gives {}, but with scale = \"{}\" the data go from {:.3g} to {:.3g}: {} of "
      "the "
      "values cannot be reconstructed. Remove the last activation of the decoder{}",
      range.activation, range_text(range), name_of(recipe.data.scale), s.low, s.high, percent(s.outside),
      is_minmax ? "" : ", or use scale = \"minmax\"");
}

/// mse adds up the squared errors of all features as they are.
std::optional<std::string> unscaled_features(const Recipe& recipe, const Dataset& data, const Summary& s) {
  std::vector<double> varying;
  for (const double v : s.variance)
    if (v > 0) varying.push_back(v);
  if (varying.empty()) return std::nullopt;
  const auto largest = std::ranges::max_element(s.variance);
  std::ranges::nth_element(varying, varying.begin() + static_cast<ptrdiff_t>(varying.size() / 2));
  const double median = varying[varying.size() / 2], share = *largest / (mean_of(s.variance) * std::ssize(s.variance));
  const std::string remedy = "Use scale = \"standard\"";
  const bool is_alone = *largest > kLargestRatio * median || share > kLargestShare;
  if (data.sample.rank() == 1 && varying.size() > 1 && is_alone) {
    const size_t j = largest - s.variance.begin();
    return fmt::format(
        "{} has {} of the variance of all features with scale = \"{}\", so the mse is little but its "
        "error. {}",
        feature_name(data.columns, j), percent(share), name_of(recipe.data.scale), remedy);
  }
  const double deviation = std::sqrt(mean_of(s.variance));
  if (deviation > kLargestDeviation)
    return fmt::format(
        "the features have a standard deviation of {:.3g} with scale = \"{}\", but networks train best "
        "near 1. {}",
        deviation, name_of(recipe.data.scale), remedy);
  return std::nullopt;
}

bool leaves_values_unscaled(const Recipe& recipe, const Dataset& data) {
  const ScalerKind kind = recipe.data.scale;
  if (kind == ScalerKind::none) return true;
  return (kind == ScalerKind::unit || kind == ScalerKind::center) && !data.is_bytes();
}

}  // namespace

ObjectiveCheck check_objective(const Recipe& recipe, const Autoencoder& model, const Dataset& train,
                               Reconstruction reconstruction) {
  const auto range = output_range(model.network());
  const Summary s = summarise(train, model.scaler, range);
  ObjectiveCheck check;
  if (range && s.outside > 0) check.warnings.push_back(unreachable_values(recipe, *range, s));
  if (reconstruction == Reconstruction::mse && leaves_values_unscaled(recipe, train))
    if (auto warning = unscaled_features(recipe, train, s)) check.warnings.push_back(std::move(*warning));
  if (reconstruction == Reconstruction::mse) {
    check.loss_of_mean = mean_of(s.variance);
  } else {
    for (const double m : s.mean) check.loss_of_mean += entropy(m);
    check.loss_of_mean /= static_cast<double>(s.mean.size());
  }
  return check;
}

}  // namespace hourglass
