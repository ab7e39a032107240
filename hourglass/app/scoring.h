#pragma once

#include <optional>

#include "hourglass/app/open.h"
#include "hourglass/eval/separation.h"

namespace hourglass {

/// Data to score for anomalies.
struct ScoringRequest {
  std::vector<std::string> models;  ///< as open_model takes them; the scores of several are averaged
  std::string output;               ///< the file to write: .csv or .npy
  DataRequest data;                 ///< an empty source: that of the first model
  double rate = 0;                  ///< share of rows to label as abnormal; 0: those above the models' own threshold
  int64_t top = 3;                  ///< contributing features per row
  int threads = 0;                  ///< 0: all available cores
  std::string maps = {};            ///< a folder for pictures of the images with the highest scores; empty: none
  int64_t map_count = 20;           ///< number of these pictures
};

struct ScoredData {
  std::vector<double> scores;        ///< one per row; higher is more abnormal; NaN for a time step in no window
  double threshold = 1;              ///< rows that score above it are abnormal
  int64_t abnormal_rows = 0;         ///< number of rows above the threshold
  std::vector<std::string> classes;  ///< the texts of the labels; empty: they are numbers
  std::optional<Separation> separation = std::nullopt;

  /// The text of a label, or its number.
  std::string label_text(int32_t label) const;
};

/// Scores every row of the data, read as the first model's recipe says, and writes them to request.output: a .npy file
/// has the scores alone, (rows) f64; CSV has row, score, anomaly, the kept columns, feature_1, share_1, …, label. The
/// last column repeats `anomaly` under the name that it had in version 0.1, unless a kept column is called label. A
/// model trained without [anomaly] is scored relative to the given rows, and `notify` is told so. Of the contributions
/// only those of one row are in memory; with request.rate rows are scored twice, as the threshold follows from all
/// scores. Of windows every time step is scored (step_scores.h), also in the order of the data's rows: CSV has row,
/// time, group, score, …, and the features are columns; a step in no window has an empty score, NaN in .npy. With
/// request.maps the images with the highest scores are drawn (error_maps.h). Throws Error as check_output does, and
/// where the models were trained on different columns or read data differently.
ScoredData score_data(const ScoringRequest& request, const Notify& notify);

}  // namespace hourglass
