#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Upper quartile of the standard normal distribution, Φ⁻¹(3/4).
inline constexpr double kNormalQuartile = 0.6744897501960817;

/// Feature-wise scaling: scaled = (raw − offset) · factor. Vectors of size 1 apply to all features.
///
///     unit      bytes / 255, rounded once as in x.float() / 255; floats are unchanged
///     center    as unit, minus the mean:  offset = mean of raw,  factor = 1/255 or 1
///     standard  (raw − mean) / σ,  σ² = (1/N) Σ (raw − mean)²
///     minmax    (raw − min) / (max − min)
///     robust    (raw − median) / s,  s = (q₇₅ − q₂₅) / 1.349, which is σ for normally distributed data; quartiles are
///               linearly interpolated; if they are equal, as standard
///     none      raw
///
/// A feature that is constant over the training rows becomes 0: standard, minmax and robust use factor 1 for it. NaN is
/// a missing value: it is left out of all statistics and replaced by `fill` before scaling. Windows of time steps are
/// scaled by column: the statistics are over the time steps that the training windows cover, and every step of a window
/// has the same.
struct Scaler {
  ScalerKind kind = ScalerKind::none;
  std::vector<float> offset = {0.0f}, factor = {1.0f};
  std::vector<float> fill = {};           ///< replacement of missing values per feature, the mean; empty: none allowed
  std::vector<std::string> columns = {};  ///< names of the features; empty if there are none
  std::optional<Binarisation> binarise = {};  ///< applied to the scaled values by gather()
};

/// rows (n, features) assigned 0 or 1. threshold: 1 where x ≥ 1/2. sample: 1 with probability x, drawn with a key made
/// of the values of the row and the number of the feature. So the same row becomes the same zeros and ones in every
/// epoch, run, split and order, as in a data set that was binarised once. resample: as sample with epoch 0, which
/// stands for rows that are not trained on, and other draws in every epoch from 1.
void binarise(Binarisation kind, uint32_t epoch, View rows);

/// Fits a scaler to the given rows of the training data (at least one), with sums in double precision. With
/// `fill_missing` the scaler replaces missing values. Throws Error for a feature that is missing in every row.
Scaler fit_scaler(ScalerKind kind, const Dataset& training_rows, std::span<const uint32_t> rows,
                  bool fill_missing = false);
/// The same as the keys `scale` and `missing` of [data] ask for it.
Scaler fit_scaler(const DataConfig& config, const Dataset& training_rows, std::span<const uint32_t> rows);

/// Writes the given rows, scaled, to `out` of shape (rows.size(), …), f32 or f64 (the same f32 values converted). Does
/// not allocate; may run on several threads at the same time. "unit" and "center" depend on whether `data` has bytes or
/// floats, not on the data the scaler was fitted to. `epoch` is that of training, from 1, for binarise().
void gather(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows, View out, uint32_t epoch = 0);

/// Inverts the scaling in place: raw = scaled / factor + offset. `values` has shape (rows, …), f32 or f64.
void unscale(const Scaler& scaler, View values);

/// Adds the mean that "center" subtracted, in place, which gives the values of "unit". Does nothing for other kinds.
void uncenter(const Scaler& scaler, View values);

/// Converts scaled values to the units shown to users, in place: pixels of "unit" and "center" stay in [0, 1], other
/// values become raw.
void to_data_units(const Scaler& scaler, View values);

/// A feature whose numbers are large beside their spread, so that 32 bits tell few of them apart: times in seconds
/// since 1970, for example.
struct CoarseFeature {
  int64_t feature;
  double mean, steps;  ///< steps: mean / standard deviation, in absolute value, at least 1e5; 32 bits have 1.7e7
};

/// Those of data that are not bytes, whatever their scale. Looks at no more than 4096 rows, evenly spaced.
std::vector<CoarseFeature> coarse_features(const Dataset& data);

/// A sentence for the user if the scaler divides bytes by 255 ("unit" and "center", fitted to bytes) and `data` have
/// other numbers, one of them above 1, which are not divided: pixels of another type, most likely. Empty if all is
/// well. Looks at no more than 4096 rows, evenly spaced.
std::string note_of_units(const Dataset& data, const Scaler& scaler);

/// Throws Error with the first row and feature (from 1) whose scaled value is outside [0, 1]. Binary cross-entropy
/// requires values that can be interpreted as probabilities.
void check_unit_interval(const Dataset& data, const Scaler& scaler);

}  // namespace hourglass
