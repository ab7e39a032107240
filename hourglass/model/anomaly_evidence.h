#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/model/inference.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// The features of one one-hot encoded column, [first, first + count). A row in which all of them are 0 has a text that
/// training did not see; it is scored as if it had the rarest text of the fitted rows, the one of feature `rarest`.
struct OneHotGroup {
  int64_t first, count, rarest;
};

/// The groups of those of the given columns that feature_columns() finds, in the order of features. `rarest` is the
/// first feature.
std::vector<OneHotGroup> one_hot_groups(std::span<const std::string> features, std::span<const std::string> columns);

/// What the evidence for an anomaly is measured against, fitted once and kept in a model file. Let x be a row as the
/// scaler makes it and r its reconstruction, feature j of both divided by unit_j and, for features of a one-hot encoded
/// column, by 2, because two of them differ between two texts. Each kind of evidence is a sum over features:
///
///   reconstruction    v = Σ_j (r_j − x_j)²
///   input_distance    v = mean over groups of at most 64 stored rows of Σ_j |x_j − s_j|, s the group's nearest row
///   output_distance   v = Σ_j |r_j − q_j|, q the fifth nearest of the reconstructions of all stored rows
///   tails             v = Σ_j −log of the share of stored rows at least as far out as x_j, on its rarer side
///   histogram         v = Σ_j −log of (count in x_j's bin / largest count), ten bins between the stored extremes
///   input_neighbour   v = Σ_j |x_j − s_j|, s the k-th nearest of all stored rows
///   rank_neighbour    v = Σ_j |g_j(x_j) − g_j(s_j)|, s the k-th nearest of all stored rows by this distance
///   output_neighbour  v = Σ_j |r_j − q_j|, q the k-th nearest of the reconstructions of all stored rows
///
/// k is a twentieth of the m stored rows, but at least 20, and at most half of them: the k-th neighbour is beyond a
/// cluster of fewer than k abnormal rows. g_j(x) = −sign(b) log(1 − |b|), with b = (count of stored rows whose value is
/// at most x − count of those whose value is at least x) / (m + 1), is how far out a value is by its rank; it is
/// divided by 2 for features of a one-hot encoded column.
///
/// Where x is one of the stored rows, the first stored row equal to it is left out. Counts c out of m rows enter
/// shares as (c + 1/2) / (m + 1). Of a one-hot encoded column, tails and histogram count its text alone. The score
/// before the threshold is Fisher's combination Σ −log(1 − F(v)), with F the distribution of v over the fitted rows,
/// known by its quantiles; beyond the largest value v₀, log(1 + (v − v₀) / v₀) is added.
///
/// unit_j is Q(|x_j − median|) / Φ⁻¹((1 + q) / 2) for the smallest q of 0.5, 0.75, 0.9, 0.95, 0.99, 0.999 whose
/// quantile Q is not 0: the robust standard deviation, and for a feature that is mostly one value the unit in which its
/// other values are as far out as those of a normal distribution would be that are as rare. A constant feature has 1.
struct AnomalyEvidence {
  std::vector<Evidence> kinds = {};
  std::vector<OneHotGroup> groups = {};
  int64_t fitted_rows = 0;  ///< number of rows that the quantiles are of
  std::vector<double> levels =
      {};  ///< (kinds, kLevels): the values with F = 1 − (fitted_rows + 1)^(−k / (kLevels − 1))
  std::vector<float> rows = {};  ///< (stored rows, features), scaled

  static constexpr int64_t kLevels = 64;

  /// −log(1 − F(v)) of a kind.
  double surprise(size_t kind, double v) const;
  /// Assigns the levels of a kind by its values of all fitted rows.
  void set_levels(size_t kind, std::vector<double> values);
};

/// For a model file's metadata; `rows` are a tensor of their own. Reading throws Error for groups or levels that are
/// not those of a model of `features` features.
void check_evidence(const AnomalyEvidence& evidence, int64_t features, const std::string& where);

/// Number of training rows that are stored: 1024, fewer of many features.
int64_t stored_rows(int64_t features);

/// unit_j of every feature over the given scaled rows (rows, features).
std::vector<float> robust_units(ConstView rows);

/// Evidence about rows of data by one model. Any number of threads may use one object at once. The model and the
/// evidence must outlive it.
class EvidenceScorer {
 public:
  /// Reconstructs the stored rows.
  EvidenceScorer(const Inference& inference, std::span<const float> unit, const AnomalyEvidence& evidence);

  /// Called on worker threads with the index of a row in `rows` and a value for every kind or feature.
  using Visit = std::function<void(int64_t row, std::span<const double> values)>;
  /// What every feature adds to the score before the threshold (features), +∞ where it is too far out to compute with.
  /// The result for a row does not depend on other rows.
  void terms(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit) const;
  /// The value v of every kind (kinds).
  void values(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit) const;

 private:
  /// Rows in groups of 64, whose values of one feature lie side by side.
  struct GroupedRows {
    GroupedRows(std::span<const float> rows, int64_t features);
    /// Σ_j |x_j − s_j| of every slot; +∞ for slots without a row.
    void distances(const float* x, std::vector<float>& out) const;
    float at(int64_t slot, int64_t feature) const;
    int64_t slots() const { return groups * kGroupSize; }

    static constexpr int64_t kGroupSize = 64;
    int64_t count, features, groups;
    std::vector<float> values;  ///< (groups, features, kGroupSize)
  };
  struct Work;

  void for_each_row(const Dataset& data, std::span<const uint32_t> rows,
                    const std::function<void(int64_t, Work&)>& f) const;
  void replace_unseen(View rows) const;
  std::vector<float> ranks(std::span<const float> stored) const;
  bool has(Evidence kind) const { return std::ranges::find(evidence_.kinds, kind) != evidence_.kinds.end(); }
  /// Assigns the ranks and distances of the row in `w`.
  void set_distances(Work& w) const;
  /// Assigns every feature's part of a kind's value.
  void set_parts(Evidence kind, Work& w) const;
  void add_input_distance(const Work& w, std::span<double> parts) const;
  /// Σ_j |x_j − s_j| of the k-th nearest stored row by the given distances to all slots.
  void add_neighbour(const GroupedRows& stored, std::span<const float> x, std::span<const float> distance, int64_t k,
                     Work& w) const;
  /// g_j of AnomalyEvidence.
  float rank_of(int64_t feature, float x) const;
  double tail(int64_t feature, float x) const;
  double emptiness(int64_t feature, float x) const;
  bool is_one(int64_t feature, float x) const { return x == one_[feature] * factor_[feature]; }
  int64_t bin_of(int64_t feature, float x) const;
  /// Number of stored rows whose value of a feature is at most, or at least, x.
  int64_t at_most(int64_t feature, float x) const;
  int64_t at_least(int64_t feature, float x) const;

  const Inference inference_;
  const AnomalyEvidence& evidence_;
  int64_t features_, stored_;
  std::vector<float> factor_;           ///< from scaled values to units
  std::vector<float> zero_, one_;       ///< 0 and 1 as the scaler makes them
  std::vector<int64_t> group_of_;       ///< index of a feature's group, or -1
  int64_t neighbour_;                   ///< k of the neighbours
  std::vector<int64_t> most_in_group_;  ///< count of the commonest text of a group in the stored rows
  std::vector<float> sorted_;           ///< (features, stored rows), ascending
  std::vector<int32_t> bins_;           ///< (features, bins) counts of stored rows
  GroupedRows inputs_, outputs_, ranks_;
};

}  // namespace hourglass
