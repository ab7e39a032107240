#pragma once

#include <cstdint>
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
  template <class F>
  void for_each(const auto& rows, F f) const {
    for (const auto row : rows) f((*this)[row]);
  }
};

/// Rows of a stored array whose values must be converted to float.
struct StoredRows {
  using Number = float;
  const StoredArray& array;
  size_t width;

  /// As in PlainRows, but x is valid only until f returns: each call of for_each has one buffer for a row.
  template <class F>
  void for_each(const auto& rows, F f) const {
    std::vector<float> buffer(width);
    for (const auto row : rows) {
      array.read(static_cast<size_t>(row) * width, width, buffer.data());
      f(static_cast<const float*>(buffer.data()));
    }
  }
};

/// Samples of one shape, row-major: as their original bytes (images) or as floats, with NaN for missing values. The
/// values are owned by the data set, owned by the caller (who must keep them alive), or stored on disk.
struct Dataset {
  std::string name;  ///< for messages: "mnist test", or the file's path
  Shape sample;      ///< (channels, height, width) or (features)
  std::variant<std::vector<uint8_t>, std::vector<float>, StoredArray, std::span<const uint8_t>, std::span<const float>>
      values;
  std::vector<int32_t> labels;            ///< empty when unknown
  std::vector<std::string> columns = {};  ///< names of the features; empty if there are none
  std::vector<std::string> classes =
      {};  ///< the texts that labels stand for; empty when they are numbers by themselves

  int64_t rows() const;
  bool is_bytes() const;
  /// Calls f(rows), where rows are PlainRows of bytes (uint8_t) or floats, or StoredRows.
  template <class F>
  auto with_rows(F f) const;
  /// Rows [first, first + count) as a data set. Copies them, unless they are stored on disk or owned by the caller.
  Dataset slice(int64_t first, int64_t count) const;
  /// The given rows, in this order, as a data set of their own.
  Dataset select(std::span<const uint32_t> rows) const;
  /// SHA-256 of `values` as they are stored in memory or on disk, in lower-case hexadecimal; identifies the data.
  std::string sha256() const;
};

template <class F>
auto Dataset::with_rows(F f) const {
  const auto width = static_cast<size_t>(sample.size());
  if (const auto* bytes = std::get_if<std::vector<uint8_t>>(&values))
    return f(PlainRows<uint8_t>{bytes->data(), width});
  if (const auto* floats = std::get_if<std::vector<float>>(&values)) return f(PlainRows<float>{floats->data(), width});
  if (const auto* bytes = std::get_if<std::span<const uint8_t>>(&values))
    return f(PlainRows<uint8_t>{bytes->data(), width});
  if (const auto* floats = std::get_if<std::span<const float>>(&values))
    return f(PlainRows<float>{floats->data(), width});
  const auto& stored = std::get<StoredArray>(values);
  const char* start = stored.bytes().data();
  if (stored.is_bytes()) return f(PlainRows<uint8_t>{reinterpret_cast<const uint8_t*>(start), width});
  if (stored.is_plain_floats()) return f(PlainRows<float>{reinterpret_cast<const float*>(start), width});
  return f(StoredRows{stored, width});
}

/// Parts of a data source. Known data sets have a test part; a plain path has only `train`.
struct DataSplits {
  Dataset train;
  std::optional<Dataset> test;
};

/// Shape of one sample of an array of shape (rows, features), (rows, height, width) or (rows, channels, height, width).
Shape sample_of(const Shape& array);

/// shape.size(), or empty if it exceeds 63 bits; for shapes read from files.
std::optional<int64_t> checked_size(const Shape& shape);

}  // namespace hourglass
