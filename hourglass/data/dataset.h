#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Samples of one shape in memory, row-major: as the bytes they came in (images) or as floats, NaN where a value is
/// missing.
struct Dataset {
  std::string name;  ///< for messages: "mnist test", or the file's path
  Shape sample;      ///< (channels, height, width) or (features)
  std::variant<std::vector<uint8_t>, std::vector<float>> values;
  std::vector<int32_t> labels;            ///< empty when unknown
  std::vector<std::string> columns = {};  ///< the features' names; empty when they have none

  int64_t rows() const;
  bool is_bytes() const { return values.index() == 0; }
  /// Rows [first, first + count) as a data set of their own (a copy).
  Dataset slice(int64_t first, int64_t count) const;
  /// SHA-256 of `values` as they lie in memory, in lower-case hexadecimal: tells data of the same shape apart.
  std::string sha256() const;
};

/// What a source holds. Known data sets have a test part; a plain path is all `train`.
struct DataSplits {
  Dataset train;
  std::optional<Dataset> test;
};

/// shape.size(), or nothing when it does not fit 63 bits: for shapes that a file claims.
std::optional<int64_t> checked_size(const Shape& shape);

}  // namespace hourglass
