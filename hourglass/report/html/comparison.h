#pragma once

#include <string>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// One model of a comparison and its results.
struct ComparedModel {
  std::string name, description;
  Metrics metrics = {};                  ///< over all rows
  std::vector<Omission> omissions = {};  ///< metrics that do not apply to it
  std::string reconstruction = {};       ///< loss of its training: "bce" or "mse"
  std::vector<EpochRecord> epochs = {};  ///< of its training, if the model is a run folder
  Analysis analysis = {};
  Tensor reconstructions = {};  ///< of Comparison::inputs
};

/// Results of several models on the same data.
struct Comparison {
  std::string data;
  int64_t rows = 0;
  Shape sample;
  Tensor inputs;  ///< the first rows, (rows, inputs) f32, scaled but not centred
  std::vector<ComparedModel> models;
};

/// Names of the metrics that are single numbers, in the order of the first model that has each.
std::vector<std::string> compared_metrics(const Comparison& c);

/// For each model, true if no other has a better value of this metric. All false if the metric has no better direction,
/// or if only one model has a value.
std::vector<bool> best_at(const Comparison& c, const std::string& metric);

/// Draws contraction curves, spectra and losses on common axes, and reconstructions, filters and atoms side by side.
Figures draw_comparison(const Comparison& c);

/// Writes the page with the table of metrics and the figures (html_page).
std::string comparison_page(const Comparison& c, const Figures& figures);

}  // namespace hourglass
