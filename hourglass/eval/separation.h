#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hourglass {

/// How well anomaly scores separate the rows of two labels. The rarer label counts as abnormal; of equally frequent
/// ones, the larger.
struct Separation {
  int32_t normal = 0, abnormal = 0;  ///< the labels
  int64_t rows = 0, abnormal_rows = 0;
  double roc_auc = 0;            ///< roc_auc of model/anomaly.h
  double average_precision = 0;  ///< average_precision
  int64_t above = 0;             ///< rows that score above the threshold
  int64_t abnormal_above = 0;    ///< and have the abnormal label: precision is their share of `above`
};

/// Measures the rows of data with exactly two different labels; empty for other data.
std::optional<Separation> separation(std::span<const double> scores, std::span<const int32_t> labels, double threshold);

/// Σ_s (R(s) − R(s⁺)) P(s) over the distinct scores s, in descending order: P(s) is the precision and R(s) the recall
/// of calling the rows that score s or more abnormal, s⁺ the next higher score, where R = 0 above the highest. At least
/// one row is abnormal, and no score is NaN.
double average_precision(std::span<const double> scores, const std::vector<bool>& is_abnormal);

}  // namespace hourglass
