#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/split.h"

namespace hourglass {

/// Consecutive time steps, [first, first + count).
struct StepRange {
  uint32_t first, count;

  uint32_t end() const { return first + count; }
  bool operator==(const StepRange&) const = default;
};

/// The time steps of one or several series, those of a series in the order of time.
struct TimeSeries {
  Dataset steps;                          ///< a row per time step: its columns as floats, labels, kept columns
  int64_t window = 1;                     ///< time steps of a sample
  std::vector<uint32_t> rows;             ///< the row of the data that each step comes from
  std::vector<StepRange> groups;          ///< steps of each series, all rows of a group
  std::vector<StepRange> parts;           ///< steps between gaps, in order; no window crosses their ends
  std::vector<std::string> times, names;  ///< text of the time, and of the group, of each step; empty without a column
};

/// Most features of a window.
constexpr int64_t kMostFeatures = 1 << 20;

/// Makes windows of the rows of a data set: sample i holds `window` consecutive time steps of all columns in the order
/// of time, feature t·K + k is column k of step t and called "NAME[t]". Windows share the values of the steps.
///
/// Rows with the same text in the column `group` are a series of their own. Within a series rows are in the order of
/// the column `time`, or of the data without one; a note says how many were out of order, or at the time of the row
/// before. With `gaps` = split, a step of time above 1.5 times the median step of all series begins a new part, and so
/// does a row that has a missing value with `missing` = drop. Windows begin at the first step of a part, every `stride`
/// steps after it, and such that the last one ends with the part. A part shorter than a window has none, which a note
/// tells. `rows.kept` begins with the columns `time` and `group`, where they are given.
///
/// Throws Error for samples that are not flat, for columns that are not kept, for a time that cannot be read (row,
/// column), for a series of which most rows have the time of the row before, for windows of more than kMostFeatures,
/// and if every part is shorter than a window.
Dataset make_windows(Dataset rows, const SeriesOptions& how, MissingValues missing);

/// The series that windows are of, or null.
const TimeSeries* series_of(const Dataset& data);

/// Names of the columns of windows with these features: those of the first step without "[0]".
std::vector<std::string> step_columns(std::span<const std::string> features, int64_t window);

/// The texts of the first step of every window: of its time and group, called "time" and "group", and of the kept
/// columns.
std::vector<TextColumn> first_step_texts(const Dataset& windows);

/// Every time step in some window of `rows` (indices of windows), ascending.
std::vector<uint32_t> covered_steps(const Dataset& windows, std::span<const uint32_t> rows);

/// As split_rows, by time: of every group the last round(fraction · steps) of the steps that its windows cover are held
/// out. Windows that contain both held-out steps and others are in neither part. Throws Error with the numbers if no
/// window is left on one of the two sides.
Split split_windows(const Dataset& windows, double fraction, HeldOutFor purpose);

}  // namespace hourglass
