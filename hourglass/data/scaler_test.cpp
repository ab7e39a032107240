#include "hourglass/data/scaler.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numeric>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::vector<uint32_t> all_rows(const Dataset& data) {
  std::vector<uint32_t> rows(static_cast<size_t>(data.rows()));
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::vector<float> gathered(const Dataset& data, const Scaler& scaler, const std::vector<uint32_t>& rows) {
  Tensor out(DType::f32, data.sample.batch(static_cast<int64_t>(rows.size())));
  gather(data, scaler, rows, out);
  return {out.as<float>(), out.as<float>() + out.size()};
}

Dataset floats(std::vector<float> values, int64_t width) { return {"floats", {width}, std::move(values), {}}; }
Dataset bytes(std::vector<uint8_t> values, int64_t width) { return {"bytes", {width}, std::move(values), {}}; }

Dataset all_bytes() {
  std::vector<uint8_t> values(256);
  std::iota(values.begin(), values.end(), uint8_t{0});
  return bytes(std::move(values), 1);
}

TEST(Scaler, TellsOfPixelsInOtherUnitsThanThoseOfTraining) {
  const Dataset trained = all_bytes();
  for (const ScalerKind kind : {ScalerKind::unit, ScalerKind::center}) {
    const Scaler of_bytes = fit_scaler(kind, trained, all_rows(trained));
    EXPECT_EQ(note_of_units(floats({0, 0.5f, NAN, 255}, 1), of_bytes),
              "floats: a value is 255, but the model was trained on bytes, which scale = \"" + name_of(kind) +
                  "\" divides by 255; numbers of other types are taken as they are, from 0 to 1: store pixels as bytes "
                  "(uint8), or divide them by 255");
    EXPECT_EQ(note_of_units(floats({0, 0.5f, 1}, 1), of_bytes), "");
    EXPECT_EQ(note_of_units(trained, of_bytes), "");
    const Dataset numbers = floats({0, 0.5f, 255}, 1);
    EXPECT_EQ(note_of_units(numbers, fit_scaler(kind, numbers, all_rows(numbers))), "") << "trained on such numbers";
  }
  EXPECT_EQ(note_of_units(floats({255}, 1), fit_scaler(ScalerKind::standard, trained, all_rows(trained))), "");
}

TEST(CoarseFeatures, AreThoseWithASmallSpreadBesideTheirSize) {
  std::vector<float> values;
  for (int i = 0; i < 100; ++i) {
    values.push_back(-1.7e9f + 256.0f * static_cast<float>(i % 3));  // steps of the 32-bit numbers there are 128
    values.push_back(static_cast<float>(i));
    values.push_back(1e9f);
  }
  values[0] = NAN;
  const auto coarse = coarse_features(floats(values, 3));
  ASSERT_EQ(coarse.size(), 1u) << "a constant feature is none";
  EXPECT_EQ(coarse[0].feature, 0);
  EXPECT_NEAR(coarse[0].mean, -1.7e9, 1e3);
  EXPECT_NEAR(coarse[0].steps, 8.1e6, 2e5);
  EXPECT_TRUE(coarse_features(all_bytes()).empty());
}

TEST(Scaler, UnitDividesBytesBy255RoundedOnce) {
  const Dataset data = all_bytes();
  const auto scaled = gathered(data, fit_scaler(ScalerKind::unit, data, all_rows(data)), all_rows(data));
  for (size_t b = 0; b < 256; ++b) EXPECT_EQ(scaled[b], static_cast<float>(b) / 255.0f) << b;
}

TEST(Scaler, UnitLeavesFloatsAlone) {
  const Dataset data = floats({0.25f, -3.0f, 7.5f}, 1);
  EXPECT_EQ(gathered(data, fit_scaler(ScalerKind::unit, data, all_rows(data)), all_rows(data)),
            std::get<1>(data.values));
  EXPECT_EQ(gathered(data, fit_scaler(ScalerKind::unit, all_bytes(), {}), all_rows(data)), std::get<1>(data.values));
}

TEST(Scaler, NoneTakesRawNumbers) {
  const Dataset data = bytes({0, 7, 255}, 1);
  EXPECT_EQ(gathered(data, fit_scaler(ScalerKind::none, data, all_rows(data)), all_rows(data)),
            (std::vector<float>{0, 7, 255}));
}

TEST(Scaler, CenterIsUnitWithoutTheMean) {
  const Dataset pixels = bytes({10, 0, 20, 0, 30, 51}, 2), reals = floats({1, -4, 5, 4}, 2);
  const Scaler of_pixels = fit_scaler(ScalerKind::center, pixels, all_rows(pixels));
  EXPECT_EQ(of_pixels.offset, (std::vector<float>{20, 17}));
  EXPECT_EQ(of_pixels.factor, (std::vector<float>{1 / 255.0f, 1 / 255.0f}));
  const auto scaled = gathered(pixels, of_pixels, all_rows(pixels));
  const std::vector<float> expected = {-10, -17, 0, -17, 10, 34};
  for (size_t i = 0; i < 6; ++i) EXPECT_FLOAT_EQ(scaled[i], expected[i] / 255.0f);
  const Scaler of_reals = fit_scaler(ScalerKind::center, reals, all_rows(reals));
  EXPECT_EQ(gathered(reals, of_reals, all_rows(reals)), (std::vector<float>{-2, -4, 2, 4}));
}

/// A model of images takes the same images as bytes and as floats, in any number of features.
TEST(Scaler, CenterGoesByWhatTheDataHold) {
  for (const int64_t width : {1, 2}) {
    const Dataset pixels = bytes({10, 0, 20, 255}, width);
    const Dataset reals = floats({10 / 255.0f, 0, 20 / 255.0f, 1}, width);
    for (const Dataset& fitted : {pixels, reals}) {
      const Scaler scaler = fit_scaler(ScalerKind::center, fitted, all_rows(fitted));
      const auto a = gathered(pixels, scaler, all_rows(pixels)), b = gathered(reals, scaler, all_rows(reals));
      for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
    }
  }
}

TEST(Scaler, UncenteringLeavesWhatUnitGives) {
  const Dataset data = bytes({10, 0, 20, 0, 30, 51}, 2);
  const auto uncentered = [&](ScalerKind kind) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data));
    Tensor values(DType::f32, {3, 2});
    gather(data, scaler, all_rows(data), values);
    uncenter(scaler, values);
    return std::vector<float>{values.as<float>(), values.as<float>() + values.size()};
  };
  const auto unit = uncentered(ScalerKind::unit), center = uncentered(ScalerKind::center);
  EXPECT_EQ(unit, gathered(data, fit_scaler(ScalerKind::unit, data, {}), all_rows(data)));
  for (size_t i = 0; i < 6; ++i) EXPECT_NEAR(center[i], unit[i], 1e-7);
}

TEST(Scaler, DataUnitsArePixelsOrWhatWasRaw) {
  const Dataset data = bytes({10, 0, 20, 0, 30, 51}, 2);
  using enum ScalerKind;
  for (const ScalerKind kind : {unit, center, standard, minmax, robust, none}) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data));
    Tensor values(DType::f32, {3, 2});
    gather(data, scaler, all_rows(data), values);
    to_data_units(scaler, values);
    const float whole = kind == unit || kind == center ? 255 : 1;
    for (size_t i = 0; i < 6; ++i)
      EXPECT_NEAR(values.as<float>()[i], std::get<0>(data.values)[i] / whole, 1e-5 * 255 / whole) << name_of(kind);
  }
}

TEST(Scaler, StandardGivesMeanZeroAndDeviationOne) {
  const Dataset data = floats({1, 100, 3, 300, 5, 200, 7, 400}, 2);
  const auto scaled = gathered(data, fit_scaler(ScalerKind::standard, data, all_rows(data)), all_rows(data));
  for (size_t column : {0, 1}) {
    double sum = 0.0, squares = 0.0;
    for (size_t i = column; i < scaled.size(); i += 2) {
      sum += scaled[i];
      squares += double{scaled[i]} * scaled[i];
    }
    EXPECT_NEAR(sum, 0.0, 1e-6);
    EXPECT_NEAR(squares / 4, 1.0, 1e-6);
  }
}

TEST(Scaler, MinMaxFillsTheUnitInterval) {
  const Dataset data = bytes({10, 0, 20, 0, 30, 49}, 2);
  const auto scaled = gathered(data, fit_scaler(ScalerKind::minmax, data, all_rows(data)), all_rows(data));
  EXPECT_EQ(scaled, (std::vector<float>{0, 0, 0.5f, 0, 1, 49 * (1.0f / 49)}));
}

RC_GTEST_PROP(Scaler, MinMaxNeverLeavesTheUnitInterval, (float a, float b, float c)) {
  const Dataset data = floats({a, b, c}, 1);
  for (const float x : gathered(data, fit_scaler(ScalerKind::minmax, data, all_rows(data)), all_rows(data)))
    RC_ASSERT(x >= 0.0f && x <= 1.0f);
}

TEST(Scaler, FitsOnlyTheGivenRows) {
  const Dataset data = floats({0, 1000, 10}, 1);
  const std::vector<uint32_t> rows = {0, 2};
  EXPECT_EQ(gathered(data, fit_scaler(ScalerKind::center, data, rows), {0, 2, 1}), (std::vector<float>{-5, 5, 995}));
  EXPECT_EQ(gathered(data, fit_scaler(ScalerKind::minmax, data, rows), {0, 2, 1}), (std::vector<float>{0, 1, 100}));
}

TEST(Scaler, MakesConstantColumnsZero) {
  const Dataset data = floats(std::vector<float>(1000, 0.1f), 1);
  using enum ScalerKind;
  for (const ScalerKind kind : {center, standard, minmax}) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data));
    EXPECT_EQ(scaler.factor, std::vector<float>{1.0f});
    EXPECT_EQ(gathered(data, scaler, {5}), std::vector<float>{0.0f});
  }
}

TEST(Scaler, GivesTheSameNumbersAsDoubles) {
  const Dataset data = bytes({10, 0, 20, 3, 33, 49}, 2);
  using enum ScalerKind;
  for (const ScalerKind kind : {unit, center, standard, minmax, none}) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data));
    Tensor out(DType::f64, {3, 2});
    gather(data, scaler, all_rows(data), out);
    const auto expected = gathered(data, scaler, all_rows(data));
    for (size_t i = 0; i < 6; ++i) EXPECT_EQ(out.as<double>()[i], double{expected[i]}) << name_of(kind);
  }
}

TEST(Scaler, GathersRowsInTheOrderAsked) {
  const Dataset data = bytes({0, 1, 2, 3, 4, 5}, 2);
  EXPECT_EQ(gathered(data, Scaler{}, {2, 0, 2}), (std::vector<float>{4, 5, 0, 1, 4, 5}));
  EXPECT_EQ(gathered(data, Scaler{}, {}), std::vector<float>{});
}

RC_GTEST_PROP(Scaler, UnscalingUndoesScaling, (const std::vector<uint8_t>& values)) {
  RC_PRE(values.size() >= 3u);
  const int64_t width = *rc::gen::inRange(1, 4);
  const Dataset data = bytes({values.begin(), values.end() - static_cast<int64_t>(values.size()) % width}, width);
  using enum ScalerKind;
  for (const ScalerKind kind : {unit, center, standard, minmax, none}) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data));
    for (DType type : {DType::f32, DType::f64}) {
      Tensor out(type, {data.rows(), width});
      gather(data, scaler, all_rows(data), out);
      unscale(scaler, out);
      const Tensor raw = out.cast(DType::f64);
      for (int64_t i = 0; i < raw.size(); ++i) {
        RC_ASSERT(std::abs(raw.as<double>()[i] - std::get<0>(data.values)[static_cast<size_t>(i)]) < 1e-3);
      }
    }
  }
}

TEST(Scaler, RobustTakesMedianAndQuartiles) {
  // numpy.percentile of 1, 2, 3, 4, 1000: 2, 3, 4; of 0, 0, 0, 0, 5: 0, 0, 0, so that feature is scaled as by standard.
  // Quartiles of a normal distribution are 1.34898 σ apart.
  const Dataset data = floats({1, 0, 2, 0, 3, 0, 4, 0, 1000, 5}, 2);
  const Scaler scaler = fit_scaler(ScalerKind::robust, data, all_rows(data));
  EXPECT_EQ(scaler.offset, (std::vector<float>{3, 1}));
  EXPECT_EQ(scaler.factor, (std::vector<float>{1.34897950f / 2, 0.5f}));
  const Dataset even = floats({1, 2, 3, 5}, 1);
  EXPECT_EQ(fit_scaler(ScalerKind::robust, even, all_rows(even)).offset, std::vector<float>{2.5f});
  EXPECT_EQ(fit_scaler(ScalerKind::robust, even, all_rows(even)).factor,
            std::vector<float>{static_cast<float>(1.3489795003921634 / 1.75)});
}

TEST(Scaler, FillsMissingValuesWithTheMean) {
  const float nan = std::nanf("");
  const Dataset data = floats({1, 10, nan, 20, 5, nan}, 2);
  using enum ScalerKind;
  for (const ScalerKind kind : {unit, none, standard, minmax, robust, center}) {
    const Scaler scaler = fit_scaler(kind, data, all_rows(data), true);
    EXPECT_EQ(scaler.fill, (std::vector<float>{3, 15})) << name_of(kind);
    const auto scaled = gathered(data, scaler, all_rows(data));
    const Dataset filled = floats({1, 10, 3, 20, 5, 15}, 2);
    EXPECT_EQ(scaled, gathered(filled, scaler, all_rows(data))) << name_of(kind);
  }
  const Dataset empty = floats({1, nan, 2, nan}, 2);
  EXPECT_EQ(message_of<Error>([&] { fit_scaler(ScalerKind::none, empty, all_rows(empty), true); }),
            "floats: no training row has a value of feature 2");
}

TEST(Scaler, KeepsTheNamesOfColumns) {
  Dataset data = floats({1, 2, 3, 4}, 2);
  data.columns = {"a", "b"};
  EXPECT_EQ(fit_scaler(ScalerKind::standard, data, all_rows(data)).columns, data.columns);
}

}  // namespace
}  // namespace hourglass
