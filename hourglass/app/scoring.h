#pragma once

#include <optional>

#include "hourglass/app/open.h"
#include "hourglass/eval/separation.h"

namespace hourglass {

/// Data to score for anomalies.
struct ScoringRequest {
  std::vector<std::string> models;  ///< as open_model takes them; the scores of several are averaged
  std::string output;               ///< the file that write_scores will write: .csv or .npy
  DataRequest data;                 ///< an empty source: that of the first model
  double rate = 0;                  ///< share of rows to label as abnormal; 0: those above the models' own threshold
  int64_t top = 3;                  ///< contributing features per row
  int threads = 0;                  ///< 0: all available cores
};

struct ScoredData {
  AnomalyScores scores;
  double threshold = 1;               ///< rows that score above it are abnormal
  int64_t abnormal_rows = 0;          ///< number of rows above the threshold
  std::vector<std::string> features;  ///< feature_names of the first model
  std::vector<std::string> classes;   ///< the texts of the labels; empty: they are numbers
  std::vector<TextColumn> kept;       ///< columns of the data to write as well
  std::optional<Separation> separation = std::nullopt;

  /// The text of a label, or its number.
  std::string label_text(int32_t label) const;
};

/// Scores every row of the data, read as the first model's recipe says. A model trained without [anomaly] is scored
/// relative to the given rows, and `notify` is told so. Throws Error as check_output does, and where the models were
/// trained on different columns or read data differently.
ScoredData score_data(const ScoringRequest& request, const Notify& notify);

/// Writes a .npy file with the scores alone, (rows) f64, or else CSV: row, score, anomaly, the kept columns, feature_1,
/// share_1, …, label. The last column repeats `anomaly` under the name that it had in version 0.1, unless a kept column
/// is called label.
void write_scores(const std::string& path, const ScoredData& scored);

}  // namespace hourglass
