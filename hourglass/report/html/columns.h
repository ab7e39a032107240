#pragma once

#include <string>
#include <vector>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/report/html/markup.h"
#include "hourglass/report/plot/chart.h"

namespace hourglass {

/// Text of a label: that of its class where labels stand for texts.
std::string label_text(const Analysis& a, int32_t label);

/// All features, and the 24 with the largest error, both in ascending order.
std::vector<int64_t> all_columns(const Analysis& a);
std::vector<int64_t> worst_columns(const Analysis& a);

/// A horizontal axis for these features at 1, 2, …: with names where they fit beside each other, else with numbers.
ChartAxis column_axis(const Analysis& a, const std::vector<int64_t>& features);

/// HTML table of the error of every column of a table: of the worst and the best where there are many, with a row that
/// sums up the others. Empty for images.
Html column_errors(const Analysis& a);

}  // namespace hourglass
