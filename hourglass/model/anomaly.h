#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/model/anomaly_evidence.h"

namespace hourglass {

/// Factor of thresholds: the sample that a threshold is taken from is not above it when scored.
inline constexpr double kAboveRounding = 1 + 1e-6;

/// What residuals are measured against, fitted once and kept in a model file. With the residual e_ij = r_ij − x_ij of
/// row i and feature j, both as the scaler makes them:
///
///   score_i = (1/D) Σ_j (e_ij / spread_j)² / threshold,   +∞ where a residual is not a finite number
///
/// spread_j = median_i |e_ij| / Φ⁻¹(3/4), the robust standard deviation, so that what the model reconstructs badly in
/// every row counts less than what it reconstructs badly in this one; at least a tenth of the root mean square of the
/// spreads, so that an almost constant feature does not outweigh all others. A row scored 1 is as abnormal as the
/// threshold: `quantile` of the fitted rows score at most that. With `evidence` the spreads are its units, and
/// score_i is its combination / threshold.
struct AnomalyScale {
  std::vector<float> spread;
  double threshold = 1.0;
  double quantile = 0.95;
  std::optional<AnomalyEvidence> evidence = std::nullopt;

  /// spread_j √threshold: score_i = (1/D) Σ_j (e_ij / unit_j)².
  std::vector<float> residual_units() const;
};

/// Fits to the given rows of `data` (all if empty): to at most 10,000 of them, evenly spread. They are reconstructed
/// more than once, so that memory beside the inference's own is at most 256 MiB. Throws Error when the model
/// reconstructs every one of them exactly, or one to something that is not a number.
AnomalyScale fit_anomaly_scale(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                               double quantile);

/// The scale of the evidence that `config` names, at least one kind. Rows to store are taken evenly from
/// `training_rows`; units are fitted to at most 10,000 of these, quantiles and the threshold to at most 10,000 of
/// `rows`. `columns` are the one-hot encoded ones. Throws Error when a row is reconstructed to something that is not a
/// number, or no row differs from another.
AnomalyScale fit_anomaly_evidence(const Inference& inference, const Dataset& data,
                                  std::span<const uint32_t> training_rows, std::span<const uint32_t> rows,
                                  const AnomalyConfig& config, std::span<const std::string> columns);

/// AnomalyScale as JSON for a model file's metadata, and back, but for the stored rows of its evidence. Throws Error
/// when it is not one for `features` features.
std::string anomaly_json(const AnomalyScale& scale);
AnomalyScale anomaly_from_json(const std::string& text, int64_t features, const std::string& name);

/// A model and what its residuals are measured against. Both must outlive it.
struct AnomalyDetector {
  const Inference& inference;
  const AnomalyScale& scale;
};

/// How much of a row's score comes from one feature: a share in [0, 1].
struct Contribution {
  int64_t feature;
  float share;
};

struct AnomalyScores {
  std::vector<double> score;                ///< one per row; higher is more abnormal
  int64_t top = 0;                          ///< contributions per row
  std::vector<Contribution> contributions;  ///< (rows, top), the largest share first

  std::span<const Contribution> of(int64_t row) const { return std::span(contributions).subspan(row * top, top); }
};

/// The out.size() largest of a row's terms, as shares of their sum, which infinite ones have among them; equal ones in
/// the order of features.
void largest_shares(std::span<const double> terms, std::span<Contribution> out);

/// Called with a row and what each feature adds to its score.
using VisitTerms = std::function<void(int64_t row, std::span<const double> terms)>;

/// The terms of every row, in order: the means over the detectors. The result does not depend on threads; memory beside
/// the inference's own is at most 128 MiB, or a double for every feature of a chunk of rows. Throws Error when the data
/// do not fit a model.
void for_each_terms(std::span<const AnomalyDetector> detectors, const Dataset& data, const VisitTerms& visit);

/// Called with a row, its score and the features that contribute most to it, the largest share first.
using VisitScore = std::function<void(int64_t row, double score, std::span<const Contribution> contributions)>;

/// Scores every row as for_each_terms does: the sum of its terms, and `top` features, at most all.
void for_each_score(std::span<const AnomalyDetector> detectors, const Dataset& data, int64_t top,
                    const VisitScore& visit);

/// The same for all rows together.
AnomalyScores anomaly_scores(std::span<const AnomalyDetector> detectors, const Dataset& data, int64_t top);

/// The scores, without evidence, by one model of rows that are scaled and reconstructed already, both (scores.size(),
/// …). Allocates nothing.
void anomaly_scores(const AnomalyScale& scale, ConstView reconstruction, ConstView clean, std::span<double> scores);

/// The share of pairs of one abnormal and one other row in which the abnormal one has the higher score, ties counted
/// half: the area under the ROC curve. There is at least one row of each, and no score is NaN.
double roc_auc(std::span<const double> scores, const std::vector<bool>& is_abnormal);

}  // namespace hourglass
