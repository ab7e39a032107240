#pragma once

#include <string>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"

namespace hourglass {

struct ComparedModel {
  std::string name, description;
  Metrics metrics = {};                  ///< over all rows
  std::vector<Omission> omissions = {};  ///< metrics that do not fit it
  std::string reconstruction = {};       ///< its training's: "bce" or "mse"
  std::vector<EpochRecord> epochs = {};  ///< of its training, where it is a run
  Analysis analysis = {};
  Tensor reconstructions = {};  ///< of Comparison::inputs
};

/// Several models on the same data.
struct Comparison {
  std::string data;
  int64_t rows = 0;
  Shape sample;
  Tensor inputs;  ///< the first rows, (rows, inputs) f32, scaled but not centred
  std::vector<ComparedModel> models;
};

/// The metrics that are single numbers, in the order of the first model that has each.
std::vector<std::string> compared_metrics(const Comparison& c);

/// Of each model, whether no other has a better value of this metric. Nobody is best at a metric that is neither better
/// low nor high, and nobody alone.
std::vector<bool> best_at(const Comparison& c, const std::string& metric);

/// Contraction curves, spectra and losses on the same axes; reconstructions, filters and atoms side by side.
Figures draw_comparison(const Comparison& c);

/// The page with the table of metrics and the figures: see html_page.
std::string comparison_page(const Comparison& c, const Figures& figures);

}  // namespace hourglass
