#include "hourglass/report/html/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hourglass/base/statistics.h"
#include "hourglass/report/format.h"
#include "hourglass/report/html/html.h"

namespace hourglass {

namespace {

constexpr size_t kMostNames = 24;                // side by side in a chart
constexpr int kNameWidth = 16, kCellWidth = 40;  // characters
constexpr size_t kWorst = 12, kBest = 6;         // columns in the table

/// Share of a column's variance that the reconstruction does not explain; NaN for a constant column.
double unexplained(const Analysis& a, int64_t feature) {
  const double variance = a.feature_variance[feature];
  return variance > 0 ? a.feature_error[feature] / variance : std::nan("");
}

std::string percent_or_dash(double share) { return std::isfinite(share) ? format_value(100 * share) + " %" : "–"; }

/// Features by their unexplained share, the largest first, constant columns at the end.
std::vector<int64_t> by_error(const Analysis& a) {
  std::vector<double> keys;
  for (int64_t j = 0; j < a.sample.size(); ++j)
    keys.push_back(std::isfinite(unexplained(a, j)) ? unexplained(a, j) : -1);
  return largest(keys, keys.size());
}

Row row_of(const Analysis& a, int64_t feature) {
  return {shortened(feature_name(a.columns, feature), kCellWidth),
          format_value(std::sqrt(a.feature_error[feature]) * a.feature_unit[feature]),
          percent_or_dash(unexplained(a, feature))};
}

}  // namespace

std::string label_text(const Analysis& a, int32_t label) {
  const bool is_named = label >= 0 && label < std::ssize(a.classes);
  return is_named ? shortened(a.classes[label], kNameWidth) : fmt::format("{}", label);
}

std::vector<int64_t> all_columns(const Analysis& a) {
  const auto all = all_rows(a.sample.size());
  return {all.begin(), all.end()};
}

std::vector<int64_t> worst_columns(const Analysis& a) {
  auto columns = largest(a.feature_error, kMostNames);
  std::ranges::sort(columns);
  return columns;
}

ChartAxis column_axis(const Analysis& a, const std::vector<int64_t>& features) {
  if (features.size() > kMostNames) return {.label = "number of the column", .integral = true};
  ChartAxis axis;
  for (size_t i = 0; i < features.size(); ++i) {
    const std::string name = a.columns.empty() ? fmt::format("{}", features[i] + 1) : a.columns[features[i]];
    axis.tics.emplace_back(static_cast<double>(i + 1), shortened(name, kNameWidth));
  }
  if (a.columns.empty()) axis.label = "feature";
  return axis;
}

Html column_errors(const Analysis& a) {
  if (a.is_image() || a.feature_error.empty() || a.feature_variance.empty()) return {};
  const auto order = by_error(a);
  const size_t worst = order.size() <= kWorst + kBest + 1 ? order.size() : kWorst;
  std::vector<Row> rows;
  for (size_t i = 0; i < worst; ++i) rows.push_back(row_of(a, order[i]));
  if (worst < order.size()) {
    const size_t others = order.size() - kWorst - kBest;
    rows.push_back({fmt::format("{} others, median", format_count(static_cast<int64_t>(others))), "",
                    percent_or_dash(unexplained(a, order[kWorst + others / 2]))});
    for (size_t i = order.size() - kBest; i < order.size(); ++i) rows.push_back(row_of(a, order[i]));
  }
  return html_table({"Column, worst first", "root mean squared error", "unexplained variance"}, rows);
}

}  // namespace hourglass
