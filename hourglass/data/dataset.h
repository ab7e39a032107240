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

/// The numbers of every row where they lie.
template <class T>
struct PlainRows {
  const T* first;
  size_t width;

  const T* operator[](size_t row) const { return first + row * width; }
};

/// Rows of a stored array whose numbers are no floats yet.
struct StoredRows {
  const StoredArray& array;
  size_t width;

  /// Valid until this thread asks for another row.
  const float* operator[](size_t row) const;
};

/// Samples of one shape, row-major: as the bytes they came in (images) or as floats, NaN where a value is missing; in
/// memory, of the data set's own or somebody else's that outlives it, or as they are stored on disk.
struct Dataset {
  std::string name;  ///< for messages: "mnist test", or the file's path
  Shape sample;      ///< (channels, height, width) or (features)
  std::variant<std::vector<uint8_t>, std::vector<float>, StoredArray, std::span<const uint8_t>, std::span<const float>>
      values;
  std::vector<int32_t> labels;            ///< empty when unknown
  std::vector<std::string> columns = {};  ///< the features' names; empty when they have none
  std::vector<std::string> classes =
      {};  ///< the texts that labels stand for; empty when they are numbers by themselves

  int64_t rows() const;
  bool is_bytes() const;
  /// Calls f(rows), where rows[i] points to the sample.size() bytes (uint8_t) or floats of row i.
  template <class F>
  auto with_rows(F f) const;
  /// Rows [first, first + count) as a data set of their own (a copy, unless stored on disk or somebody else's).
  Dataset slice(int64_t first, int64_t count) const;
  /// SHA-256 of `values` as they lie in memory or on disk, in lower-case hexadecimal: tells data of the same shape
  /// apart.
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

/// What a source holds. Known data sets have a test part; a plain path is all `train`.
struct DataSplits {
  Dataset train;
  std::optional<Dataset> test;
};

/// One row of an array of (rows, features), (rows, height, width) or (rows, channels, height, width).
Shape sample_of(const Shape& array);

/// shape.size(), or nothing when it does not fit 63 bits: for shapes that a file claims.
std::optional<int64_t> checked_size(const Shape& shape);

}  // namespace hourglass
