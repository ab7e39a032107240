#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace hourglass {

/// How the encoder shrinks or stretches distances (Rifai et al., "Contractive auto-encoders", ICML 2011, section 5.3):
/// ratios[i] = mean over rows of ‖f(x + δ) − f(x)‖ / ‖δ‖, δ of norm radii[i] in a random direction.
struct ContractionCurve {
  std::vector<double> radii, ratios;

  bool operator==(const ContractionCurve&) const = default;
};

/// A number, one per unit of the code or singular value, or a curve.
using MetricValue = std::variant<double, std::vector<double>, ContractionCurve>;

/// Names, as in docs/metrics.md, and values.
using Metrics = std::vector<std::pair<std::string, MetricValue>>;

/// A metric or another part of an analysis that could not be had, and why, in a sentence.
struct Omission {
  std::string part, reason;
};

/// The value of a metric if it is there and of this type.
template <class T>
const T* find_metric(const Metrics& metrics, const std::string& name) {
  for (const auto& [key, value] : metrics)
    if (key == name) return std::get_if<T>(&value);
  return nullptr;
}

}  // namespace hourglass
