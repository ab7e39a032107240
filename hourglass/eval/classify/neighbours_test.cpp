#include "hourglass/eval/classify/neighbours.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

LabelledCodes labelled(const GoldenCase& golden, const std::string& part, DType dtype) {
  LabelledCodes codes{golden.tensors.at(part).cast(dtype), {}};
  for (const double label : values_of(golden.tensors.at(part + "_labels")))
    codes.labels.push_back(static_cast<int32_t>(label));
  return codes;
}

TEST(NearestNeighbours, AreScikitLearns) {
  const auto cases = golden_cases("metrics");
  const GoldenCase& golden = cases.at("neighbours");
  const double expected = golden.tensors.at("error").as<double>()[0];
  for (const DType dtype : {DType::f32, DType::f64}) {
    const ClassifiedCodes codes{labelled(golden, "train", dtype), labelled(golden, "test", dtype)};
    EXPECT_NEAR(nearest_neighbour_error(codes, kNeighbours, 1), expected, 1e-12);
    EXPECT_NEAR(nearest_neighbour_error(codes, kNeighbours, 3), expected, 1e-12);
  }
}

/// Points on a line.
LabelledCodes points(const std::vector<double>& places, std::vector<int32_t> labels) {
  return {tensor_of({static_cast<int64_t>(places.size()), 1}, places), std::move(labels)};
}

double error_of(const ClassifiedCodes& codes, int64_t k) { return nearest_neighbour_error(codes, k, 1); }

TEST(NearestNeighbours, VoteAndTheSmallestLabelWinsATie) {
  const ClassifiedCodes codes{points({0, 1, 2, 10, 11}, {7, 3, 3, 5, 5}), points({0.1, 10.2, 0.4}, {7, 5, 3})};
  EXPECT_EQ(error_of(codes, 1), 1.0 / 3) << "0 is nearest to 0.4";
  EXPECT_EQ(error_of(codes, 3), 1.0 / 3) << "0.1 has two neighbours of label 3";
  EXPECT_EQ(error_of(codes, 2), 1.0 / 3) << "one of 7, one of 3: 3";
  EXPECT_EQ(error_of(codes, 5), 2.0 / 3) << "two of 3, two of 5, one of 7: 3";
}

/// Over several blocks of training and test rows, each row among the training rows itself.
TEST(NearestNeighbours, FindEveryRowAmongItself) {
  const int64_t rows = 5000;
  LabelledCodes train{normals(DType::f32, {rows, 3}, 4), {}};
  for (int64_t i = 0; i < rows; ++i) train.labels.push_back(static_cast<int32_t>(i));
  LabelledCodes test{train.codes.clone(), train.labels};
  EXPECT_EQ(nearest_neighbour_error({std::move(train), std::move(test)}, 1, 2), 0);
}

TEST(NearestNeighbours, TellHowFarTheyAre) {
  const ClassifiedCodes codes{points({0, 1}, {0, 1}), points(std::vector<double>(300, 0.2), std::vector<int32_t>(300))};
  std::vector<double> told;
  nearest_neighbour_error(codes, 1, 1, [&](std::string_view, double done) { told.push_back(done); });
  EXPECT_EQ(told.size(), 3u);
  EXPECT_EQ(told.back(), 1);
}

}  // namespace
}  // namespace hourglass
