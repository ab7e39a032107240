#pragma once

#include <filesystem>

#include "hourglass/app/open.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/report/html/comparison.h"

namespace hourglass {

/// Models to compare on the same data.
struct ComparisonRequest {
  std::vector<std::string> models;   ///< two or more, as open_model takes them
  DataRequest data;                  ///< an empty source: the one that all models were trained on
  std::vector<std::string> metrics;  ///< measured besides those that every comparison has
  std::filesystem::path folder;      ///< where write_comparison will write
  int threads = 0;                   ///< 0: all available cores
};

/// Measures every model on the requested part of the data, by default on the rows that training held out. If the models
/// held out different rows, all rows are measured, and `notify` is told. `progress` receives names like
/// "MODEL: METRIC". Throws Error for more than kChartStyles models, for models trained on different sources if the
/// request has no source, if a model does not fit the data, and as refuse_overwriting does.
Comparison compare_models(const ComparisonRequest& request, const EvaluationProgress& progress, const Notify& notify);

/// The comparison as one JSON object: docs/report.md.
std::string comparison_json(const Comparison& comparison);

/// Writes compare.html, compare.json and plots/ to `folder`, which is created where it does not exist.
void write_comparison(const std::filesystem::path& folder, const Comparison& comparison);

}  // namespace hourglass
