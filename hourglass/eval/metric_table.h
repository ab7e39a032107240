#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "hourglass/eval/measurements.h"

namespace hourglass {

/// Options that only some metrics heed.
enum class MetricSetting { none, jacobian, radii, corruption };

/// A metric: what it is called and how it comes about.
struct MetricRow {
  std::string_view name;
  std::function<MetricValue(Measurements&)> compute;
  /// Throws Error where the metric does not fit the model, the data or the options; measures next to nothing.
  std::function<void(Measurements&)> require = [](Measurements&) {};
  MetricSetting setting = MetricSetting::none;
};

/// All of them, in the order of docs/metrics.md.
const std::vector<MetricRow>& metric_table();

}  // namespace hourglass
