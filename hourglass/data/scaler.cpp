#include "hourglass/data/scaler.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

const std::array<std::string, 4> kKinds = {"unit", "standard", "minmax", "none"};

/// Of every feature over some rows.
struct Statistics {
  std::vector<double> low, high, mean, deviation;
};

template <class T, class F>
void for_each_value(const std::vector<T>& values, size_t width, std::span<const uint32_t> rows, F f) {
  for (uint32_t row : rows) {
    const T* x = values.data() + row * width;
    for (size_t j = 0; j < width; ++j) f(j, static_cast<double>(x[j]));
  }
}

template <class T>
Statistics statistics(const std::vector<T>& values, size_t width, std::span<const uint32_t> rows) {
  const double n = static_cast<double>(rows.size());
  const std::vector<double> zero(width, 0.0), infinite(width, HUGE_VAL);
  Statistics s{infinite, zero, zero, zero};
  std::ranges::fill(s.high, -HUGE_VAL);
  for_each_value(values, width, rows, [&](size_t j, double x) {
    s.low[j] = std::min(s.low[j], x);
    s.high[j] = std::max(s.high[j], x);
    s.mean[j] += x;
  });
  for (double& m : s.mean) m /= n;
  for_each_value(values, width, rows, [&](size_t j, double x) {
    const double d = x - s.mean[j];
    s.deviation[j] += d * d;
  });
  for (double& d : s.deviation) d = std::sqrt(d / n);
  return s;
}

Scaler scaler_of(const std::string& kind, const Statistics& s) {
  Scaler scaler{kind, {}, {}};
  const bool minmax = kind == "minmax";
  for (size_t j = 0; j < s.low.size(); ++j) {
    // Up to 2^29 equal floats have an exact sum in double: a constant feature has a spread of exactly 0.
    const double spread = minmax ? s.high[j] - s.low[j] : s.deviation[j];
    const auto offset = static_cast<float>(minmax ? s.low[j] : s.mean[j]);
    auto factor = static_cast<float>(1.0 / spread);
    // Rounding must not lift the largest value above 1.
    if (minmax && (static_cast<float>(s.high[j]) - offset) * factor > 1.0f) factor = std::nextafter(factor, 0.0f);
    scaler.offset.push_back(offset);
    scaler.factor.push_back(std::isnormal(factor) ? factor : 1.0f);
  }
  return scaler;
}

template <class In, class Out, class F>
void gather_rows(const std::vector<In>& values, size_t width, std::span<const uint32_t> rows, Out* out, F scaled) {
  for (uint32_t row : rows) {
    const In* x = values.data() + row * width;
    for (size_t j = 0; j < width; ++j) out[j] = scaled(x[j], j);
    out += width;
  }
}

template <class In, class Out>
void gather_features(const std::vector<In>& values, const Scaler& scaler, std::span<const uint32_t> rows, Out* out) {
  const float *offset = scaler.offset.data(), *factor = scaler.factor.data();
  gather_rows(values, scaler.offset.size(), rows, out,
              [=](In x, size_t j) { return (static_cast<float>(x) - offset[j]) * factor[j]; });
}

template <class Out>
void gather_all(const std::vector<uint8_t>& values, size_t width, const Scaler& scaler, std::span<const uint32_t> rows,
                Out* out) {
  if (scaler.offset.size() > 1) return gather_features(values, scaler, rows, out);
  std::array<float, 256> table;
  const bool unit = scaler.kind == "unit";
  for (size_t b = 0; b < table.size(); ++b) {
    const auto x = static_cast<float>(b);
    table[b] = unit ? x / 255.0f : (x - scaler.offset[0]) * scaler.factor[0];
  }
  gather_rows(values, width, rows, out, [&](uint8_t x, size_t) { return table[x]; });
}

template <class Out>
void gather_all(const std::vector<float>& values, size_t width, const Scaler& scaler, std::span<const uint32_t> rows,
                Out* out) {
  if (scaler.offset.size() > 1) return gather_features(values, scaler, rows, out);
  const bool unit = scaler.kind == "unit";
  const float offset = unit ? 0.0f : scaler.offset[0], factor = unit ? 1.0f : scaler.factor[0];
  gather_rows(values, width, rows, out, [=](float x, size_t) { return (x - offset) * factor; });
}

template <class T>
void unscale_all(const Scaler& scaler, T* values, int64_t size) {
  const size_t width = scaler.offset.size();
  for (size_t i = 0; i < static_cast<size_t>(size); ++i) {
    const size_t j = i % width;
    values[i] = values[i] / static_cast<T>(scaler.factor[j]) + static_cast<T>(scaler.offset[j]);
  }
}

void check_width(const Scaler& scaler, int64_t width) {
  HOURGLASS_CHECK(scaler.offset.size() == scaler.factor.size());
  HOURGLASS_CHECK(scaler.offset.size() == 1 || static_cast<int64_t>(scaler.offset.size()) == width);
}

}  // namespace

Scaler fit_scaler(const std::string& kind, const Dataset& training_rows, std::span<const uint32_t> rows) {
  if (kind == "none") return {};
  if (kind == "unit") return {kind, {0.0f}, {training_rows.is_bytes() ? 1.0f / 255.0f : 1.0f}};
  if (std::ranges::find(kKinds, kind) == kKinds.end()) {
    fail("unknown scale \"{}\"{}", kind, did_you_mean(kind, kKinds));
  }
  HOURGLASS_CHECK(!rows.empty());
  const auto width = static_cast<size_t>(training_rows.sample.size());
  return std::visit([&](const auto& values) { return scaler_of(kind, statistics(values, width, rows)); },
                    training_rows.values);
}

void gather(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows, View out) {
  const auto width = static_cast<size_t>(data.sample.size());
  check_width(scaler, data.sample.size());
  HOURGLASS_CHECK(out.size() == static_cast<int64_t>(rows.size() * width));
  std::visit(
      [&](const auto& values) {
        if (out.dtype() == DType::f32) {
          gather_all(values, width, scaler, rows, out.as<float>());
        } else {
          gather_all(values, width, scaler, rows, out.as<double>());
        }
      },
      data.values);
}

void unscale(const Scaler& scaler, View values) {
  if (values.size() == 0) return;
  check_width(scaler, values.columns());
  if (values.dtype() == DType::f32) {
    unscale_all(scaler, values.as<float>(), values.size());
  } else {
    unscale_all(scaler, values.as<double>(), values.size());
  }
}

}  // namespace hourglass
