#include "hourglass/data/scaler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/series.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

constexpr int64_t kSampledRows = 4096;  // of data that a note to the user is about

/// Factor of "unit".
float unit_factor(bool is_bytes) { return is_bytes ? 1.0f / 255.0f : 1.0f; }

/// Statistics of every feature over some rows, without missing values.
struct Statistics {
  std::vector<double> count, low, high, mean, deviation;
};

void for_each_value(const auto& values, size_t width, std::span<const uint32_t> rows, auto f) {
  values.for_each(rows, [&](const auto* x) {
    for (size_t j = 0; j < width; ++j) {
      const auto value = static_cast<double>(x[j]);
      if (value == value) f(j, value);
    }
  });
}

Statistics statistics(const auto& values, size_t width, std::span<const uint32_t> rows) {
  const std::vector<double> zero(width, 0.0), infinite(width, HUGE_VAL);
  Statistics s{zero, infinite, zero, zero, zero};
  std::ranges::fill(s.high, -HUGE_VAL);
  for_each_value(values, width, rows, [&](size_t j, double x) {
    ++s.count[j];
    s.low[j] = std::min(s.low[j], x);
    s.high[j] = std::max(s.high[j], x);
    s.mean[j] += x;
  });
  for (size_t j = 0; j < width; ++j) s.mean[j] /= s.count[j];
  for_each_value(values, width, rows, [&](size_t j, double x) {
    const double d = x - s.mean[j];
    s.deviation[j] += d * d;
  });
  for (size_t j = 0; j < width; ++j) s.deviation[j] = std::sqrt(s.deviation[j] / s.count[j]);
  return s;
}

void make_robust(std::vector<float>& column, size_t feature, Scaler& scaler) {
  if (column.empty()) return;
  std::ranges::sort(column);
  const auto factor = static_cast<float>(2 * kNormalQuartile /
                                         (interpolated_quantile(column, 0.75) - interpolated_quantile(column, 0.25)));
  if (!std::isnormal(factor)) return;
  scaler.offset[feature] = static_cast<float>(interpolated_quantile(column, 0.5));
  scaler.factor[feature] = factor;
}

/// Computes medians and quartiles. They need all values of a feature at once, so only as many features are processed at
/// a time as fit into a bounded memory.
void make_robust(const auto& values, size_t width, std::span<const uint32_t> rows, Scaler& scaler) {
  constexpr size_t kMostValues = size_t{1} << 26;
  const size_t together = std::clamp<size_t>(kMostValues / rows.size(), 1, width);
  std::vector<std::vector<float>> columns(together);
  for (size_t first = 0; first < width; first += together) {
    const size_t end = std::min(first + together, width);
    for (auto& column : columns) column.clear();
    values.for_each(rows, [&](const auto* x) {
      for (size_t j = first; j < end; ++j)
        if (const auto value = static_cast<float>(x[j]); value == value) columns[j - first].push_back(value);
    });
    for (size_t j = first; j < end; ++j) make_robust(columns[j - first], j, scaler);
  }
}

void refuse_empty_features(const Statistics& s, const Dataset& data) {
  const auto empty = std::ranges::find(s.count, 0.0);
  if (empty == s.count.end()) return;
  const auto j = static_cast<size_t>(empty - s.count.begin());
  fail("{}: no training row has a value of feature {}{}", data.name, j + 1,
       data.columns.empty() ? "" : fmt::format(" (\"{}\")", data.columns[j]));
}

/// Sets offset and factor for every kind with statistics, for "robust" as for "standard".
void set_scale(const Statistics& s, float unit, Scaler& scaler) {
  const bool minmax = scaler.kind == ScalerKind::minmax;
  const std::vector<double>& offsets = minmax ? s.low : s.mean;
  scaler.offset.assign(offsets.begin(), offsets.end());
  scaler.factor.assign(offsets.size(), unit);
  if (scaler.kind == ScalerKind::center) return;
  for (size_t j = 0; j < offsets.size(); ++j) {
    // The sum of up to 2^29 equal floats is exact in double, so the deviation of a constant feature is exactly 0.
    const double spread = minmax ? s.high[j] - s.low[j] : s.deviation[j];
    auto factor = static_cast<float>(1.0 / spread);
    // Rounding must not produce values above 1.
    if (minmax && (static_cast<float>(s.high[j]) - scaler.offset[j]) * factor > 1.0f)
      factor = std::nextafter(factor, 0.0f);
    scaler.factor[j] = std::isnormal(factor) ? factor : 1.0f;
  }
}

/// Factor from stored values to the units the scaler was fitted in: for "center" bytes are divided by 255, as for
/// "unit".
template <class In>
float fitted_units(const Scaler& scaler) {
  return scaler.kind == ScalerKind::center ? unit_factor(std::is_same_v<In, uint8_t>) / scaler.factor[0] : 1.0f;
}

void gather_rows(const auto& values, size_t width, std::span<const uint32_t> rows, auto* out, auto scaled) {
  values.for_each(rows, [&](const auto* x) {
    for (size_t j = 0; j < width; ++j) out[j] = scaled(x[j], j);
    out += width;
  });
}

template <class Rows>
void gather_all(const Rows& values, size_t width, const Scaler& scaler, std::span<const uint32_t> rows, auto* out) {
  using In = typename Rows::Number;
  const float units = fitted_units<In>(scaler);
  const float *offset = scaler.offset.data(), *factor = scaler.factor.data(), *fill = scaler.fill.data();
  const bool is_shared = scaler.offset.size() == 1;
  const bool is_raw = std::is_same_v<In, float> && scaler.kind == ScalerKind::unit;
  if (std::is_same_v<In, float> && !scaler.fill.empty()) {
    gather_rows(values, width, rows, out, [=](In x, size_t j) {
      const float raw = std::isnan(static_cast<float>(x)) ? fill[j] : static_cast<float>(x);
      const size_t k = is_shared ? 0 : j;
      return is_raw ? raw : (raw * units - offset[k]) * factor[k];
    });
  } else if (is_shared) {
    const float shift = is_raw ? 0.0f : *offset, scale = is_raw ? 1.0f : *factor;
    gather_rows(values, width, rows, out,
                [=](In x, size_t) { return (static_cast<float>(x) * units - shift) * scale; });
  } else {
    gather_rows(values, width, rows, out,
                [=](In x, size_t j) { return (static_cast<float>(x) * units - offset[j]) * factor[j]; });
  }
}

/// Gathers rows. They are far apart in memory, so the row after next is prefetched while one is converted.
void gather_unit(const PlainRows<uint8_t>& bytes, std::span<const uint32_t> rows, View out) {
  constexpr size_t kAhead = 2, kLine = 64;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kAhead < rows.size())
      for (size_t j = 0; j < bytes.width; j += kLine) __builtin_prefetch(bytes[rows[i + kAhead]] + j);
    ops::divide_bytes(bytes[rows[i]], 255, out.slice(static_cast<int64_t>(i), 1));
  }
}

/// A scaler of time steps for windows of them.
Scaler repeated(Scaler scaler, int64_t window, const std::vector<std::string>& features) {
  scaler.columns = features;
  const auto repeat = [window](std::vector<float>& column_values) {
    const std::vector<float> once = column_values;
    for (int64_t t = 1; t < window; ++t) column_values.insert(column_values.end(), once.begin(), once.end());
  };
  repeat(scaler.fill);
  if (scaler.kind == ScalerKind::unit || scaler.kind == ScalerKind::none) return scaler;  // one value for all
  repeat(scaler.offset);
  repeat(scaler.factor);
  return scaler;
}

void check_width(const Scaler& scaler, int64_t width) {
  HOURGLASS_CHECK(scaler.offset.size() == scaler.factor.size());
  HOURGLASS_CHECK(scaler.offset.size() == 1 || static_cast<int64_t>(scaler.offset.size()) == width);
  HOURGLASS_CHECK(scaler.fill.empty() || static_cast<int64_t>(scaler.fill.size()) == width);
}

/// Replaces each element x of feature j by f(x, j).
void change_features(const Scaler& scaler, View values, auto f) {
  if (values.size() == 0) return;
  check_width(scaler, values.columns());
  const auto width = static_cast<int64_t>(scaler.offset.size());
  visit_floats(values, [&](auto x) {
    for (int64_t i = 0; i < values.size(); ++i) x[i] = f(x[i], i % width);
  });
}

}  // namespace

Scaler fit_scaler(ScalerKind kind, const Dataset& training_rows, std::span<const uint32_t> rows, bool fill_missing) {
  if (const TimeSeries* series = series_of(training_rows))
    return repeated(fit_scaler(kind, series->steps, covered_steps(training_rows, rows), fill_missing), series->window,
                    training_rows.columns);
  Scaler scaler{.kind = kind, .columns = training_rows.columns};
  const float unit = unit_factor(training_rows.is_bytes());
  const bool fixed = kind == ScalerKind::none || kind == ScalerKind::unit;
  if (kind == ScalerKind::unit) scaler.factor = {unit};
  if (fixed && !fill_missing) return scaler;
  HOURGLASS_CHECK(!rows.empty());
  const auto width = static_cast<size_t>(training_rows.sample.size());
  training_rows.with_rows([&](const auto& values) {
    const Statistics s = statistics(values, width, rows);
    refuse_empty_features(s, training_rows);
    if (!fixed) set_scale(s, unit, scaler);
    if (kind == ScalerKind::robust) make_robust(values, width, rows, scaler);
    if (fill_missing) scaler.fill.assign(s.mean.begin(), s.mean.end());
  });
  return scaler;
}

Scaler fit_scaler(const DataConfig& config, const Dataset& training_rows, std::span<const uint32_t> rows) {
  Scaler scaler = fit_scaler(config.scale, training_rows, rows, config.read.missing == MissingValues::mean);
  scaler.binarise = config.binarise;
  return scaler;
}

void gather(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows, View out, uint32_t epoch) {
  const auto width = static_cast<size_t>(data.sample.size());
  check_width(scaler, data.sample.size());
  HOURGLASS_CHECK(out.size() == static_cast<int64_t>(rows.size() * width));
  data.with_rows([&](const auto& values) {
    if constexpr (std::is_same_v<decltype(values), const PlainRows<uint8_t>&>)
      if (scaler.kind == ScalerKind::unit) return gather_unit(values, rows, out);
    visit_floats(out, [&](auto x) { gather_all(values, width, scaler, rows, x.data()); });
  });
  if (scaler.binarise) binarise(*scaler.binarise, epoch, out.reshaped({std::ssize(rows), data.sample.size()}));
}

void unscale(const Scaler& scaler, View values) {
  change_features(scaler, values, [&]<class T>(T x, int64_t j) {
    return x / static_cast<T>(scaler.factor[j]) + static_cast<T>(scaler.offset[j]);
  });
}

void uncenter(const Scaler& scaler, View values) {
  if (scaler.kind != ScalerKind::center) return;
  change_features(scaler, values, [&]<class T>(T x, int64_t j) {
    return x + static_cast<T>(scaler.offset[j]) * static_cast<T>(scaler.factor[j]);
  });
}

void to_data_units(const Scaler& scaler, View values) {
  scaler.kind == ScalerKind::unit || scaler.kind == ScalerKind::center ? uncenter(scaler, values)
                                                                       : unscale(scaler, values);
}

std::vector<CoarseFeature> coarse_features(const Dataset& data) {
  constexpr double kFewest = 1e5;
  std::vector<CoarseFeature> coarse;
  if (data.is_bytes()) return coarse;
  const auto rows = evenly_spaced(data.rows(), std::min(kSampledRows, data.rows()));
  data.with_rows([&](const auto& values) {
    const Statistics s = statistics(values, static_cast<size_t>(data.sample.size()), rows);
    for (size_t j = 0; j < s.mean.size(); ++j)
      if (const double steps = std::abs(s.mean[j]) / s.deviation[j]; s.deviation[j] > 0 && steps >= kFewest)
        coarse.push_back({static_cast<int64_t>(j), s.mean[j], steps});
  });
  return coarse;
}

std::string note_of_units(const Dataset& data, const Scaler& scaler) {
  const bool is_of_pixels = scaler.kind == ScalerKind::unit || scaler.kind == ScalerKind::center;
  if (!is_of_pixels || scaler.factor[0] == 1.0f || data.is_bytes()) return "";
  constexpr int64_t kRows = 64;  // nearly every picture has a pixel above 1
  const auto rows = evenly_spaced(data.rows(), std::min(kRows, data.rows()));
  float largest = 0;
  data.with_rows([&](const auto& values) {
    for_each_value(values, static_cast<size_t>(data.sample.size()), rows,
                   [&](size_t, double x) { largest = std::max(largest, static_cast<float>(x)); });
  });
  if (largest <= 1) return "";
  return fmt::format(
      "{}: a value is {}, but the model was trained on bytes, which scale = \"{}\" divides by 255; numbers of other "
      "types are taken as they are, from 0 to 1: store pixels as bytes (uint8), or divide them by 255",
      data.name, largest, name_of(scaler.kind));
}

void check_unit_interval(const Dataset& data, const Scaler& scaler) {
  if (data.is_bytes() && scaler.kind == ScalerKind::unit) return;  // bytes / 255
  constexpr int64_t kMostRows = 256, kMostValues = int64_t{1} << 22;
  const int64_t features = data.sample.size(), together = std::clamp<int64_t>(kMostValues / features, 1, kMostRows);
  Tensor scaled(DType::f32, {together, features});
  std::vector<uint32_t> rows(static_cast<size_t>(together));
  for (int64_t first = 0; first < data.rows(); first += together) {
    const int64_t count = std::min(together, data.rows() - first);
    std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
    gather(data, scaler, std::span(rows).first(count), scaled.view().slice(0, count));
    const float* values = scaled.as<float>();
    for (int64_t i = 0; i < count * features; ++i)
      if (!(values[i] >= 0.0f && values[i] <= 1.0f))
        fail(
            "{}: row {}, feature {} is {} after scaling (\"{}\"), but bce needs values in [0, 1]; "
            "use scale = \"minmax\", or reconstruction = \"mse\" with no final sigmoid",
            data.name, first + i / features + 1, i % features + 1, values[i], name_of(scaler.kind));
  }
}

}  // namespace hourglass
