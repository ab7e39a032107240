#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hourglass {

/// A column of a table and the consecutive features that read_table makes of it.
struct FeatureColumn {
  std::string name;
  int64_t first = 0;                    ///< number of its first feature, from 0
  std::vector<std::string> texts = {};  ///< of a categorical column: the text of each of its features; else empty

  int64_t features() const { return texts.empty() ? 1 : static_cast<int64_t>(texts.size()); }
};

/// Inverts the naming of features: those of a categorical column are called "COLUMN=TEXT" and follow one another in the
/// order of their texts, any other feature is a numeric column, even if its name contains "=".
std::vector<FeatureColumn> feature_columns(std::span<const std::string> features,
                                           std::span<const std::string> categorical);

}  // namespace hourglass
