#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "hourglass/data/stored_array.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Rows of values in memory.
template <class T>
struct PlainRows {
  using Number = T;
  const T* first;
  size_t width;

  const T* operator[](size_t row) const { return first + row * width; }

  /// Calls f(x) for the given rows in order, where x points to a row.
  void for_each(const auto& rows, auto f) const {
    for (const auto row : rows) f((*this)[row]);
  }
  /// Calls f(x) for all of `rows` rows in order, where x points to `count` values of a row, those from `first` on.
  void for_each_part(size_t rows, size_t first, size_t /*count*/, auto f) const {
    for (size_t row = 0; row < rows; ++row) f((*this)[row] + first);
  }
};

/// Rows of a stored array whose values must be converted to float.
struct StoredRows {
  using Number = float;
  const StoredArray& array;
  size_t width;

  /// As in PlainRows, but x is valid only until f returns: each call of for_each has one buffer for a row.
  void for_each(const auto& rows, auto f) const {
    std::vector<float> buffer(width);
    for (const auto row : rows) {
      array.read(static_cast<size_t>(row) * width, width, buffer.data());
      f(static_cast<const float*>(buffer.data()));
    }
  }
  void for_each_part(size_t rows, size_t first, size_t count, auto f) const {
    std::vector<float> buffer(count);
    for (size_t row = 0; row < rows; ++row) {
      array.read(row * width + first, count, buffer.data());
      f(static_cast<const float*>(buffer.data()));
    }
  }
};

struct TimeSeries;

/// Windows of consecutive time steps (series.h), which share the values of the steps.
struct Windows {
  std::shared_ptr<const TimeSeries> series;  ///< owns `steps`
  std::span<const float> steps;              ///< (time steps, columns)
  size_t columns;
  size_t width;                 ///< values of a window: its time steps times columns
  std::vector<uint32_t> first;  ///< the first time step of each window

  size_t size() const { return first.size() * width; }
  size_t bytes_in_memory() const { return steps.size_bytes() + first.size() * sizeof(first[0]); }
};

/// Rows that are windows; the values of a window are side by side.
struct WindowRows {
  using Number = float;
  const Windows& windows;
  size_t width;

  const float* operator[](size_t row) const { return windows.steps.data() + windows.first[row] * windows.columns; }
  void for_each(const auto& rows, auto f) const {
    for (const auto row : rows) f((*this)[row]);
  }
  void for_each_part(size_t rows, size_t first, size_t /*count*/, auto f) const {
    for (size_t row = 0; row < rows; ++row) f((*this)[row] + first);
  }
};

/// A column of a text table as it stands there.
struct TextColumn {
  std::string name;
  std::vector<std::string> cells = {};  ///< one per row
};

/// Values that a data set owns, that are stored on disk, that the caller owns, or windows of shared time steps.
using Values = std::variant<std::vector<uint8_t>, std::vector<float>, StoredArray, std::span<const uint8_t>,
                            std::span<const float>, Windows>;

/// Samples of one shape, row-major: as their original bytes (images) or as floats, with NaN for missing values. The
/// values are owned by the data set, owned by the caller (who must keep them alive), stored on disk, or windows of
/// shared time steps.
struct Dataset {
  std::string name;  ///< for messages: "mnist test", or the file's path
  Shape sample;      ///< (channels, height, width) or (features)
  Values values;
  std::vector<int32_t> labels;            ///< empty when unknown
  std::vector<std::string> columns = {};  ///< names of the features; empty if there are none
  std::vector<std::string> classes =
      {};                               ///< the texts that labels stand for; empty when they are numbers by themselves
  std::vector<std::string> notes = {};  ///< sentences about what reading guessed, changed or left out
  std::vector<TextColumn> kept = {};    ///< the columns of ReadOptions::keep

  int64_t rows() const;
  bool is_bytes() const;
  /// Calls f(rows), where rows are PlainRows of bytes (uint8_t) or floats, StoredRows, or WindowRows.
  auto with_rows(auto f) const;
  /// Rows [first, first + count) as a data set. Copies them, unless they are stored on disk, owned by the caller, or
  /// windows.
  Dataset slice(int64_t first, int64_t count) const;
  /// The given rows, in this order, as a data set of their own. Copies them, unless they are windows.
  Dataset select(std::span<const uint32_t> rows) const;
  /// SHA-256 of `values` as they are stored in memory or on disk, in lower-case hexadecimal; identifies the data. Of
  /// windows: of their time steps, first steps and width.
  std::string sha256() const;
};

auto Dataset::with_rows(auto f) const {
  const auto width = static_cast<size_t>(sample.size());
  return std::visit(
      [&]<class Values>(const Values& all) {
        if constexpr (std::is_same_v<Values, StoredArray>) {
          const char* start = all.bytes().data();
          if (all.is_bytes()) return f(PlainRows<uint8_t>{reinterpret_cast<const uint8_t*>(start), width});
          if (all.is_plain_floats()) return f(PlainRows<float>{reinterpret_cast<const float*>(start), width});
          return f(StoredRows{all, width});
        } else if constexpr (std::is_same_v<Values, Windows>) {
          return f(WindowRows{all, width});
        } else {
          return f(PlainRows<typename Values::value_type>{all.data(), width});
        }
      },
      values);
}

/// Name of a feature: its column's or, where columns have no names, "feature 7", counted from 1.
std::string feature_name(std::span<const std::string> columns, size_t feature);

/// Distinct labels in ascending order.
std::vector<int32_t> distinct(std::vector<int32_t> labels);

/// Classes of training rows: distinct labels in ascending order. Throws Error if the rows have no labels or only one
/// distinct label.
std::vector<int32_t> distinct_labels(const Dataset& train);

/// Position of every row's label in the ascending list `labels`. Throws Error if the rows have no labels, or with the
/// first row whose label is not in the list.
std::vector<int32_t> classes_of(const Dataset& data, const std::vector<int32_t>& labels);

/// Parts of a data source. Known data sets have a test part; a plain path has only `train`.
struct DataSplits {
  Dataset train;
  std::optional<Dataset> test;
};

/// Shape of one sample of an array of shape (rows, features), (rows, height, width) or (rows, channels, height, width).
Shape sample_of(const Shape& array);

/// size() of the shape in a file's header. Throws Error with the name of the file if it is 0 or exceeds 63 bits.
int64_t announced_size(const Shape& shape, const std::string& name);

}  // namespace hourglass
