#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "hourglass/data/scaler.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

Dataset bytes(int64_t rows, int64_t features) {
  const auto values = values_of(uniforms(DType::f32, {rows, features}, 1, 0, 256));
  return {"bytes", {features}, std::vector<uint8_t>(values.begin(), values.end()), {}};
}

std::vector<double> gathered(const Dataset& data, std::optional<Binarisation> how, const std::vector<uint32_t>& rows) {
  Tensor out(DType::f32, {std::ssize(rows), data.sample.size()});
  DataConfig config;
  config.binarise = how;
  gather(data, fit_scaler(config, data, rows), rows, out);
  return values_of(out);
}

TEST(Binarise, ComparesWithOneHalf) {
  Tensor x = tensor_of({2, 3}, {0, 0.4999, 0.5, 0.7, 1, -3});
  binarise(Binarisation::threshold, 3, x);
  EXPECT_EQ(values_of(x), (std::vector<double>{0, 0, 1, 1, 1, 0}));
}

TEST(Binarise, DrawsWithTheValueAsProbability) {
  constexpr int64_t kRows = 400, kFeatures = 50;
  for (const double p : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    Tensor x(DType::f32, {kRows, kFeatures});
    for (int64_t i = 0; i < kRows; ++i)  // the first feature makes the rows different
      for (int64_t j = 0; j < kFeatures; ++j)
        x.as<float>()[i * kFeatures + j] = j == 0 ? static_cast<float>(i) / kRows : static_cast<float>(p);
    binarise(Binarisation::sample, 0, x);
    const auto values = values_of(x);
    double ones = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_TRUE(values[i] == 0 || values[i] == 1);
      if (i % kFeatures > 0) ones += values[i];
    }
    EXPECT_NEAR(ones / (kRows * (kFeatures - 1)), p, 4 * std::sqrt(p * (1 - p) / (kRows * (kFeatures - 1)))) << p;
  }
}

TEST(Binarise, GivesARowTheSameValuesWhereverItStands) {
  const Dataset data = bytes(5, 30);
  const auto all = gathered(data, Binarisation::sample, {0, 1, 2, 3, 4});
  const auto one = gathered(data.slice(3, 2), Binarisation::sample, {0});
  EXPECT_TRUE(std::equal(one.begin(), one.end(), all.begin() + 90));
  EXPECT_NE(std::vector(all.begin(), all.begin() + 30), std::vector(all.begin() + 30, all.begin() + 60));
}

TEST(Binarise, DrawsAnewForEveryEpochWhereAsked) {
  const Tensor values = uniforms(DType::f32, {4, 30}, 1, 0, 1);
  const auto drawn = [&](Binarisation kind, uint32_t epoch) {
    Tensor x = values.clone();
    binarise(kind, epoch, x);
    return values_of(x);
  };
  EXPECT_EQ(drawn(Binarisation::sample, 1), drawn(Binarisation::sample, 0));
  EXPECT_EQ(drawn(Binarisation::resample, 0), drawn(Binarisation::sample, 0));
  EXPECT_EQ(drawn(Binarisation::resample, 2), drawn(Binarisation::resample, 2));
  EXPECT_NE(drawn(Binarisation::resample, 1), drawn(Binarisation::resample, 0));
  EXPECT_NE(drawn(Binarisation::resample, 1), drawn(Binarisation::resample, 2));
}

TEST(Binarise, IsLeftOutUnlessAsked) {
  const Dataset data = bytes(2, 30);
  const auto plain = gathered(data, std::nullopt, {0, 1});
  EXPECT_TRUE(std::ranges::any_of(plain, [](double x) { return x > 0 && x < 1; }));
}

}  // namespace
}  // namespace hourglass
