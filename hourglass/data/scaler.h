#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// The upper quartile of the standard normal distribution, Φ⁻¹(3/4).
inline constexpr double kNormalQuartile = 0.6744897501960817;

/// scaled = (raw − offset) · factor, feature by feature; vectors of size 1 hold for all features.
///
///   unit      bytes / 255, rounded once as in x.float() / 255; floats stay as they are
///   center    as unit, then minus the mean:  offset = mean of raw,  factor = 1/255 or 1
///   standard  (raw − mean) / σ,  σ² = (1/N) Σ (raw − mean)²
///   minmax    (raw − min) / (max − min)
///   robust    (raw − median) / s,  s = (q₇₅ − q₂₅) / 1.349, which of normal data is σ; quartiles linear between
///             neighbours; where these are equal, as standard
///   none      raw
///
/// A feature that is constant over the training rows becomes 0: standard, minmax and robust give it factor 1.
/// NaN stands for a missing value: none of the above counts it, and it is scaled as `fill` is.
struct Scaler {
  ScalerKind kind = ScalerKind::none;
  std::vector<float> offset = {0.0f}, factor = {1.0f};
  std::vector<float> fill = {};           ///< the mean of each feature's training rows; empty: no value may be missing
  std::vector<std::string> columns = {};  ///< the features' names; empty when they have none
};

/// Fits a scaler to all the given rows of the training data (at least one), with sums in double.
/// `fill_missing` makes a scaler that fills missing values in. Throws Error naming a feature of which every training
/// row lacks the value.
Scaler fit_scaler(ScalerKind kind, const Dataset& training_rows, std::span<const uint32_t> rows,
                  bool fill_missing = false);

/// Writes the given rows, scaled, to `out`: (rows.size(), …) of f32 or f64, the latter the same floats widened.
/// Allocates nothing and may run on several threads at once. "unit" and "center" go by what `data` holds, bytes or
/// floats, not by what was fitted.
void gather(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows, View out);

/// Back to raw units in place: raw = scaled / factor + offset. `values` is (rows, …), f32 or f64.
void unscale(const Scaler& scaler, View values);

/// Adds the mean that "center" took away, in place: what is left is scaled as by "unit". Other kinds stay as they are.
void uncenter(const Scaler& scaler, View values);

/// Back to what people know the data as, in place: pixels of "unit" and "center" stay in [0, 1], others become raw.
void to_data_units(const Scaler& scaler, View values);

}  // namespace hourglass
