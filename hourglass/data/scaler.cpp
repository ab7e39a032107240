#include "hourglass/data/scaler.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {
namespace {

/// Factor of "unit".
float unit_factor(bool is_bytes) { return is_bytes ? 1.0f / 255.0f : 1.0f; }

/// Statistics of every feature over some rows, without missing values.
struct Statistics {
  std::vector<double> count, low, high, mean, deviation;
};

template <class Rows, class F>
void for_each_value(const Rows& values, size_t width, std::span<const uint32_t> rows, F f) {
  values.for_each(rows, [&](const auto* x) {
    for (size_t j = 0; j < width; ++j) {
      const auto value = static_cast<double>(x[j]);
      if (value == value) f(j, value);
    }
  });
}

template <class Rows>
Statistics statistics(const Rows& values, size_t width, std::span<const uint32_t> rows) {
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

Scaler center_of(const Statistics& s, float factor) {
  return {ScalerKind::center, {s.mean.begin(), s.mean.end()}, std::vector<float>(s.mean.size(), factor)};
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
template <class Rows>
void make_robust(const Rows& values, size_t width, std::span<const uint32_t> rows, Scaler& scaler) {
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

void set_scale(Scaler fitted, Scaler& scaler) {
  scaler.offset = std::move(fitted.offset);
  scaler.factor = std::move(fitted.factor);
}

void refuse_empty_features(const Statistics& s, const Dataset& data) {
  const auto empty = std::ranges::find(s.count, 0.0);
  if (empty == s.count.end()) return;
  const auto j = static_cast<size_t>(empty - s.count.begin());
  fail("{}: no training row has a value of feature {}{}", data.name, j + 1,
       data.columns.empty() ? "" : fmt::format(" (\"{}\")", data.columns[j]));
}

Scaler scaler_of(ScalerKind kind, const Statistics& s) {
  Scaler scaler{kind, {}, {}};
  const bool minmax = kind == ScalerKind::minmax;
  for (size_t j = 0; j < s.low.size(); ++j) {
    // The sum of up to 2^29 equal floats is exact in double, so the deviation of a constant feature is exactly 0.
    const double spread = minmax ? s.high[j] - s.low[j] : s.deviation[j];
    const auto offset = static_cast<float>(minmax ? s.low[j] : s.mean[j]);
    auto factor = static_cast<float>(1.0 / spread);
    // Rounding must not produce values above 1.
    if (minmax && (static_cast<float>(s.high[j]) - offset) * factor > 1.0f) factor = std::nextafter(factor, 0.0f);
    scaler.offset.push_back(offset);
    scaler.factor.push_back(std::isnormal(factor) ? factor : 1.0f);
  }
  return scaler;
}

/// Factor from stored values to the units the scaler was fitted in: for "center" bytes are divided by 255, as for
/// "unit".
template <class In>
float fitted_units(const Scaler& scaler) {
  return scaler.kind == ScalerKind::center ? unit_factor(std::is_same_v<In, uint8_t>) / scaler.factor[0] : 1.0f;
}

template <class Rows, class Out, class F>
void gather_rows(const Rows& values, size_t width, std::span<const uint32_t> rows, Out* out, F scaled) {
  values.for_each(rows, [&](const auto* x) {
    for (size_t j = 0; j < width; ++j) out[j] = scaled(x[j], j);
    out += width;
  });
}

/// Gathers rows that may have missing values.
template <class Rows, class Out>
void gather_filled(const Rows& values, const Scaler& scaler, std::span<const uint32_t> rows, Out* out) {
  const bool shared = scaler.offset.size() == 1, unit = scaler.kind == ScalerKind::unit;
  const float units = fitted_units<float>(scaler);
  gather_rows(values, scaler.fill.size(), rows, out, [&](float x, size_t j) {
    const float raw = std::isnan(x) ? scaler.fill[j] : x;
    const size_t k = shared ? 0 : j;
    return unit ? raw : (raw * units - scaler.offset[k]) * scaler.factor[k];
  });
}

template <class Rows, class Out>
void gather_all(const Rows& values, size_t width, const Scaler& scaler, std::span<const uint32_t> rows, Out* out) {
  using In = typename Rows::Number;
  const float units = fitted_units<In>(scaler);
  if constexpr (std::is_same_v<In, float>)
    if (!scaler.fill.empty()) return gather_filled(values, scaler, rows, out);
  if (scaler.offset.size() > 1) {
    const float *offset = scaler.offset.data(), *factor = scaler.factor.data();
    return gather_rows(values, width, rows, out,
                       [=](In x, size_t j) { return (static_cast<float>(x) * units - offset[j]) * factor[j]; });
  }
  const bool floats_as_they_are = std::is_same_v<In, float> && scaler.kind == ScalerKind::unit;
  const float offset = floats_as_they_are ? 0.0f : scaler.offset[0];
  const float factor = floats_as_they_are ? 1.0f : scaler.factor[0];
  gather_rows(values, width, rows, out,
              [=](In x, size_t) { return (static_cast<float>(x) * units - offset) * factor; });
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

/// Replaces each element x of feature j by f(x, j).
template <class F>
void change_features(const Scaler& scaler, View values, F f) {
  const auto width = static_cast<int64_t>(scaler.offset.size());
  visit_floats(values, [&](auto x) {
    for (int64_t i = 0; i < values.size(); ++i) x[i] = f(x[i], i % width);
  });
}

void check_width(const Scaler& scaler, int64_t width) {
  HOURGLASS_CHECK(scaler.offset.size() == scaler.factor.size());
  HOURGLASS_CHECK(scaler.offset.size() == 1 || static_cast<int64_t>(scaler.offset.size()) == width);
  HOURGLASS_CHECK(scaler.fill.empty() || static_cast<int64_t>(scaler.fill.size()) == width);
}

}  // namespace

Scaler fit_scaler(ScalerKind kind, const Dataset& training_rows, std::span<const uint32_t> rows, bool fill_missing) {
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
    if (!fixed) set_scale(kind == ScalerKind::center ? center_of(s, unit) : scaler_of(kind, s), scaler);
    if (kind == ScalerKind::robust) make_robust(values, width, rows, scaler);
    if (fill_missing) scaler.fill.assign(s.mean.begin(), s.mean.end());
  });
  return scaler;
}

void gather(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows, View out) {
  const auto width = static_cast<size_t>(data.sample.size());
  check_width(scaler, data.sample.size());
  HOURGLASS_CHECK(out.size() == static_cast<int64_t>(rows.size() * width));
  data.with_rows([&](const auto& values) {
    if constexpr (std::is_same_v<decltype(values), const PlainRows<uint8_t>&>)
      if (scaler.kind == ScalerKind::unit) return gather_unit(values, rows, out);
    visit_floats(out, [&](auto x) { gather_all(values, width, scaler, rows, x.data()); });
  });
}

void unscale(const Scaler& scaler, View values) {
  if (values.size() == 0) return;
  check_width(scaler, values.columns());
  change_features(scaler, values, [&]<class T>(T x, int64_t j) {
    return x / static_cast<T>(scaler.factor[j]) + static_cast<T>(scaler.offset[j]);
  });
}

void uncenter(const Scaler& scaler, View values) {
  if (values.size() == 0 || scaler.kind != ScalerKind::center) return;
  check_width(scaler, values.columns());
  change_features(scaler, values, [&]<class T>(T x, int64_t j) {
    return x + static_cast<T>(scaler.offset[j]) * static_cast<T>(scaler.factor[j]);
  });
}

void to_data_units(const Scaler& scaler, View values) {
  scaler.kind == ScalerKind::unit || scaler.kind == ScalerKind::center ? uncenter(scaler, values)
                                                                       : unscale(scaler, values);
}

}  // namespace hourglass
