#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hourglass {

/// Ratio of distances between codes to distances between inputs (Rifai et al., "Contractive auto-encoders", ICML 2011,
/// section 5.3): ratios[i] = mean over rows of ‖f(x + δ) − f(x)‖ / ‖δ‖ for δ of norm radii[i] in a random direction.
struct ContractionCurve {
  std::vector<double> radii, ratios;

  bool operator==(const ContractionCurve&) const = default;
};

/// A number that was estimated from so many draws per row.
struct Estimate {
  double value;
  int64_t samples;

  bool operator==(const Estimate&) const = default;
};

/// A number, a list with one number per unit or singular value, a curve, or an estimate.
using MetricValue = std::variant<double, std::vector<double>, ContractionCurve, Estimate>;

/// Names of metrics, as in docs/metrics.md, and their values.
using Metrics = std::vector<std::pair<std::string, MetricValue>>;

/// A metric or another part of an analysis that was skipped, and the reason in one sentence.
struct Omission {
  std::string part, reason;
};

/// The value of the named metric, or nullptr where it is missing or of another type.
template <class T>
const T* find_metric(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics)
    if (key == name) return std::get_if<T>(&value);
  return nullptr;
}

}  // namespace hourglass
