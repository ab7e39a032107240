#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/eval/metric_value.h"

namespace hourglass {

class Measurements;

/// Which values of a metric are better. Neither: the metric describes a code without judging it.
enum class Better { neither, lower, higher };

/// Where pages show a metric by default: nowhere, in the table of numbers of report.html, in that of compare.html, in
/// both tables, or as a figure on both pages.
enum class Placement { none, report, comparison, tables, figure };

/// Options of an evaluation that only some metrics use.
enum class MetricSetting { none, jacobian, radii, corruption, samples };

/// Properties of one metric.
struct MetricRow {
  std::string_view name;
  std::string_view meaning;  ///< in plain words, for tables
  Better better;
  Placement placement;
  std::function<MetricValue(Measurements&)> compute;
  /// Throws Error where the metric does not apply to the model, the data or the options. It is cheap.
  void (*require)(Measurements&) = [](Measurements&) {};
  MetricSetting setting = MetricSetting::none;
};

/// All metrics, in the order of docs/metrics.md.
const std::vector<MetricRow>& metric_table();

/// The row of this name. Throws Error for an unknown name.
const MetricRow& metric_row(std::string_view name);

/// Names of the metrics at these placements, in the table's order.
std::vector<std::string> metrics_at(std::initializer_list<Placement> placements);

/// Requirement of bce and bce_excess: the decoder ends in a sigmoid and scaled data lie in [0, 1].
void require_probabilities(Measurements& m);

}  // namespace hourglass
