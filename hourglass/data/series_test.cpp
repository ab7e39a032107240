#include "hourglass/data/series.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "hourglass/base/error.h"
#include "hourglass/data/scaler.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

/// Rows with one column, whose value is the number of the row.
Dataset numbered(const std::vector<int>& times, const std::vector<int>& groups = {}) {
  Dataset rows{"rows.csv", {1}, std::vector<float>(times.size()), {}, {"load"}};
  auto& values = std::get<std::vector<float>>(rows.values);
  std::iota(values.begin(), values.end(), 0.0f);
  rows.kept.push_back({"t"});
  for (const int time : times) rows.kept[0].cells.push_back(std::to_string(time));
  if (!groups.empty()) rows.kept.push_back({"g"});
  for (const int group : groups) rows.kept[1].cells.push_back(fmt::format("series {}", group));
  return rows;
}

SeriesOptions options(int64_t window, int64_t stride = 1, bool has_groups = false) {
  return {window, stride, "t", has_groups ? "g" : "", TimeGaps::split};
}

std::vector<std::vector<float>> values_of(const Dataset& windows) {
  std::vector<std::vector<float>> all;
  windows.with_rows([&](const auto& rows) {
    for (uint32_t i = 0; i < windows.rows(); ++i)
      rows.for_each(std::array{i}, [&](const auto* x) { all.emplace_back(x, x + windows.sample.size()); });
  });
  return all;
}

using Values = std::vector<std::vector<float>>;

TEST(SeriesWindows, AreConsecutiveStepsOfAllColumnsInTheOrderOfTime) {
  const Dataset rows{"m.npy", {2}, std::vector<float>{0, 10, 1, 11, 2, 12, 3, 13}, {}, {"a", "b"}};
  const Dataset windows = make_windows(rows, {.window = 3}, MissingValues::refuse);
  EXPECT_EQ(values_of(windows), (Values{{0, 10, 1, 11, 2, 12}, {1, 11, 2, 12, 3, 13}}));
  EXPECT_EQ(windows.columns, (std::vector<std::string>{"a[0]", "b[0]", "a[1]", "b[1]", "a[2]", "b[2]"}));
  EXPECT_EQ(step_columns(windows.columns, 3), (std::vector<std::string>{"a", "b"}));
}

TEST(SeriesWindows, TheLastOneEndsWithTheSeriesWhateverTheStride) {
  const Dataset windows = make_windows(numbered({0, 1, 2, 3, 4, 5, 6}), options(2, 4), MissingValues::refuse);
  EXPECT_EQ(values_of(windows), (Values{{0, 1}, {4, 5}, {5, 6}}));
}

TEST(SeriesWindows, ShareTheValuesOfTheSteps) {
  const Dataset windows = make_windows(numbered({0, 1, 2, 3}), options(3), MissingValues::refuse);
  windows.with_rows([](const auto& rows) {
    if constexpr (requires { rows.windows; }) {
      EXPECT_EQ(rows[1], rows[0] + 1);
    }
  });
  EXPECT_EQ(std::get<Windows>(windows.select(std::array{1u}).values).steps.data(),
            std::get<Windows>(windows.values).steps.data());
}

TEST(SeriesWindows, AreSortedByTimeWhichANoteTells) {
  const Dataset windows = make_windows(numbered({3, 1, 2, 0}), options(4), MissingValues::refuse);
  EXPECT_EQ(values_of(windows), (Values{{3, 1, 2, 0}}));
  ASSERT_EQ(windows.notes.size(), 1);
  EXPECT_EQ(windows.notes[0], "rows.csv: 2 rows are before the row above by \"t\"; the rows are sorted by it");
  EXPECT_EQ(series_of(windows)->rows, (std::vector<uint32_t>{3, 1, 2, 0}));
}

TEST(SeriesWindows, EndAtGapsUnlessTheseAreIgnored) {
  const std::vector<int> times = {0, 2, 4, 7, 9, 11, 15, 17};  // the median step is 2: only 4 is above 3
  Dataset windows = make_windows(numbered(times), options(2), MissingValues::refuse);
  EXPECT_EQ(values_of(windows), (Values{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {6, 7}}));
  ASSERT_EQ(windows.notes.size(), 1);
  EXPECT_NE(windows.notes[0].find("1 step of more than 1.5 times the median"), std::string::npos);
  SeriesOptions ignoring = options(2);
  ignoring.gaps = TimeGaps::ignore;
  windows = make_windows(numbered(times), ignoring, MissingValues::refuse);
  EXPECT_EQ(windows.rows(), 7);
  EXPECT_TRUE(windows.notes.empty());
}

TEST(SeriesWindows, StepsOfEqualTimeStayInTheirOrderWhichANoteTells) {
  const Dataset windows = make_windows(numbered({0, 1, 1, 2, 3}), options(5), MissingValues::refuse);
  EXPECT_EQ(values_of(windows), (Values{{0, 1, 2, 3, 4}}));
  ASSERT_EQ(windows.notes.size(), 1);
  EXPECT_NE(windows.notes[0].find("1 row has the time of the row before"), std::string::npos);
}

TEST(SeriesWindows, MixedSeriesWithoutAGroupAreRefused) {
  const std::string message = message_of<Error>([] {
    make_windows(numbered({0, 0, 0, 1, 1, 1}), options(2), MissingValues::refuse);
  });
  EXPECT_NE(message.find("data.group"), std::string::npos) << message;
}

TEST(SeriesWindows, StepsWithoutAValueInterruptTheSeriesWithDrop) {
  Dataset rows = numbered({0, 1, 2, 3, 4});
  std::get<std::vector<float>>(rows.values)[2] = NAN;
  const Dataset windows = make_windows(rows, options(2), MissingValues::drop);
  EXPECT_EQ(values_of(windows), (Values{{0, 1}, {3, 4}}));
  EXPECT_EQ(make_windows(rows, options(2), MissingValues::mean).rows(), 4);
}

TEST(SeriesWindows, ATimeThatCannotBeReadIsRefusedWithRowAndColumn) {
  Dataset rows = numbered({0, 1, 2});
  rows.kept[0].cells[1] = "2020-02-30";
  EXPECT_EQ(
      message_of<Error>([&] { make_windows(rows, options(2), MissingValues::refuse); }),
      "rows.csv: row 2, column \"t\" holds \"2020-02-30\", expected a time: a number, or a date such as 2020-01-31 "
      "or 2020-01-31 12:00:00");
}

TEST(SeriesWindows, AWindowLongerThanTheSeriesIsRefusedWithTheNumbers) {
  EXPECT_EQ(message_of<Error>([] {
              make_windows(numbered({0, 1, 2, 9, 10}), options(4), MissingValues::refuse);
            }),
            "rows.csv: data.window = 4 is longer than the longest run of rows without a gap, 3 of 5 rows (1 series, 1 "
            "gap); use a shorter window, or data.gaps = \"ignore\"");
}

TEST(SeriesWindows, AHugeWindowIsRefusedBeforeItTakesMemory) {
  const std::string message = message_of<Error>([] {
    make_windows(numbered({0, 1}), options(kMostFeatures + 1), MissingValues::refuse);
  });
  EXPECT_NE(message.find("1048577"), std::string::npos) << message;
}

TEST(SeriesWindows, ImagesAreRefused) {
  const Dataset images{"images", {1, 2, 2}, std::vector<float>(8), {}};
  EXPECT_THROW(make_windows(images, {.window = 2}, MissingValues::refuse), Error);
}

TEST(SeriesWindows, AreScaledByColumnOverTheStepsOfTheTrainingWindows) {
  const Dataset rows{"m.npy", {2}, std::vector<float>{1, 10, 2, 30, 3, 20, 100, 100}, {}, {"a", "b"}};
  const Dataset windows = make_windows(rows, {.window = 2}, MissingValues::refuse);
  const Scaler scaler = fit_scaler(ScalerKind::minmax, windows, std::array{0u, 1u});  // steps 0 to 2
  EXPECT_EQ(scaler.offset, (std::vector<float>{1, 10, 1, 10}));
  EXPECT_EQ(scaler.factor, (std::vector<float>{0.5f, 0.05f, 0.5f, 0.05f}));
  EXPECT_EQ(scaler.columns, windows.columns);
  Tensor scaled(DType::f32, {1, 4});
  gather(windows, scaler, std::array{1u}, scaled);
  EXPECT_EQ(std::vector<float>(scaled.as<float>(), scaled.as<float>() + 4), (std::vector<float>{0.5f, 1, 1, 0.5f}));
}

TEST(SeriesSplit, HoldsOutTheLastStepsOfEverySeries) {
  const Dataset windows = make_windows(numbered({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                                                {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}),
                                       options(2, 1, true), MissingValues::refuse);
  const Split split = split_windows(windows, 0.3, HeldOutFor::validation);
  EXPECT_EQ(values_of(windows.select(split.held_out)), (Values{{7, 8}, {8, 9}, {17, 18}, {18, 19}}));
  EXPECT_EQ(values_of(windows.select(split.train)).back(), (std::vector<float>{15, 16}));
  EXPECT_EQ(split.train.size(), 12) << "windows across the boundary are in neither part";
}

TEST(SeriesSplit, ASecondSplitIsOfTheStepsThatTheFirstLeaves) {
  std::vector<int> times(100);
  std::iota(times.begin(), times.end(), 0);
  const Dataset windows = make_windows(numbered(times), options(5), MissingValues::refuse);
  const Dataset rest = windows.select(split_windows(windows, 0.2, HeldOutFor::test).train);  // steps 0 to 79
  const Split split = split_windows(rest, 0.25, HeldOutFor::validation);
  EXPECT_EQ(values_of(rest.select(split.held_out)).front().front(), 60);
  EXPECT_EQ(values_of(rest.select(split.held_out)).back().back(), 79);
}

TEST(SeriesSplit, TooShortAPartIsRefusedWithTheNumbers) {
  const Dataset windows = make_windows(numbered({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), options(4), MissingValues::refuse);
  EXPECT_EQ(message_of<Error>([&] { split_windows(windows, 0.2, HeldOutFor::validation); }),
            "rows.csv: data.validation = 0.2 holds out at most 2 time steps of a series, and no window of 4 fits into "
            "them; use a larger fraction, a shorter window or more rows");
  EXPECT_NE(message_of<Error>([&] { split_windows(windows, 0.8, HeldOutFor::test); }).find("leaves no window"),
            std::string::npos);
}

RC_GTEST_PROP(SeriesWindows, NeverCrossAGroupAGapOrASplit, ()) {
  const auto rows = *rc::gen::inRange<size_t>(12, 120);
  const auto window = *rc::gen::inRange(1, 6), stride = *rc::gen::inRange(1, 9);
  std::vector<int> times, groups;
  for (size_t i = 0; i < rows; ++i) {
    times.push_back((times.empty() ? 0 : times.back()) + *rc::gen::element(1, 1, 1, 1, 5));
    groups.push_back(*rc::gen::inRange(0, 3));
  }
  const auto order = *rc::gen::container<std::vector<uint32_t>>(rows, rc::gen::arbitrary<uint32_t>());
  std::vector<size_t> shuffled(rows);
  std::iota(shuffled.begin(), shuffled.end(), 0);
  std::ranges::stable_sort(shuffled, {}, [&](size_t i) { return order[i]; });
  std::vector<int> shuffled_times, shuffled_groups;
  for (const size_t i : shuffled) {
    shuffled_times.push_back(times[i]);
    shuffled_groups.push_back(groups[i]);
  }
  Dataset windows;
  try {
    windows =
        make_windows(numbered(shuffled_times, shuffled_groups), options(window, stride, true), MissingValues::refuse);
  } catch (const Error&) {
    RC_DISCARD("every run is shorter than a window");
  }
  const auto time_of = [&](float row) { return shuffled_times[static_cast<size_t>(row)]; };
  const auto group_of = [&](float row) { return shuffled_groups[static_cast<size_t>(row)]; };
  // The steps of each group, sorted, and their median.
  std::map<int, std::vector<int>> sorted;
  for (size_t i = 0; i < rows; ++i) sorted[shuffled_groups[i]].push_back(shuffled_times[i]);
  std::map<int, double> median;
  for (auto& [group, t] : sorted) {
    std::ranges::sort(t);
    std::vector<int> steps;
    for (size_t i = 1; i < t.size(); ++i) steps.push_back(t[i] - t[i - 1]);
    std::ranges::sort(steps);
    median[group] = steps.empty() ? 1 : steps[steps.size() / 2];
  }
  std::set<float> covered;
  for (const auto& x : values_of(windows))
    for (size_t t = 0; t < x.size(); ++t) {
      covered.insert(x[t]);
      RC_ASSERT(group_of(x[t]) == group_of(x[0]));
      if (t == 0) continue;
      RC_ASSERT(time_of(x[t]) > time_of(x[t - 1]));
      RC_ASSERT(time_of(x[t]) - time_of(x[t - 1]) <= 1.5 * median[group_of(x[0])]);
    }
  if (stride <= window) {  // every run of at least a window is covered
    for (const auto& [group, t] : sorted)
      for (size_t first = 0; first < t.size();) {
        size_t end = first + 1;
        while (end < t.size() && t[end] - t[end - 1] <= 1.5 * median[group]) ++end;
        for (size_t row = 0; row < rows; ++row)
          if (shuffled_groups[row] == group && shuffled_times[row] >= t[first] && shuffled_times[row] <= t[end - 1])
            RC_ASSERT(covered.contains(static_cast<float>(row)) == (end - first >= static_cast<size_t>(window)));
        first = end;
      }
  }
  try {
    const Split split = split_windows(windows, *rc::gen::inRange(1, 9) / 10.0, HeldOutFor::validation);
    std::set<float> trained;
    for (const auto& x : values_of(windows.select(split.train))) trained.insert(x.begin(), x.end());
    for (const auto& x : values_of(windows.select(split.held_out)))
      for (const float row : x) {
        RC_ASSERT(!trained.contains(row));
        for (const float other : trained) RC_ASSERT(group_of(other) != group_of(row) || time_of(other) < time_of(row));
      }
  } catch (const Error&) {  // too few steps
  }
}

}  // namespace
}  // namespace hourglass
