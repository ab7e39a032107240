#include "hourglass/data/feature_columns.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

namespace hourglass {
namespace {

/// Features found so far, by the number of the first.
using Found = std::map<size_t, FeatureColumn>;

/// The longest run of features "COLUMN=TEXT" with ascending texts that is not found yet. Numeric columns of such a name
/// make further runs, or end one.
FeatureColumn longest_run(std::span<const std::string> features, const std::string& column, const Found& found) {
  const std::string start = column + "=";
  FeatureColumn longest{column};
  for (size_t first = 0; first < features.size();) {
    std::vector<std::string> texts;
    for (size_t i = first; i < features.size() && features[i].starts_with(start) && !found.contains(i); ++i) {
      std::string text = features[i].substr(start.size());
      if (!texts.empty() && text <= texts.back()) break;
      texts.push_back(std::move(text));
    }
    const size_t length = texts.size();
    if (length > longest.texts.size()) longest = {column, static_cast<int64_t>(first), std::move(texts)};
    first += std::max<size_t>(length, 1);
  }
  return longest;
}

}  // namespace

std::vector<FeatureColumn> feature_columns(std::span<const std::string> features,
                                           std::span<const std::string> categorical) {
  // The longest names first: "a=b=c" is a text of "a=b" rather than one of "a".
  std::vector<std::string> names(categorical.begin(), categorical.end());
  std::ranges::stable_sort(names, std::greater(), [](const std::string& name) { return name.size(); });
  Found found;
  for (const std::string& name : names) {
    const FeatureColumn column = longest_run(features, name, found);
    for (size_t k = 0; k < column.texts.size(); ++k) found[static_cast<size_t>(column.first) + k] = column;
  }
  std::vector<FeatureColumn> columns;
  for (size_t i = 0; i < features.size(); i += static_cast<size_t>(columns.back().features()))
    columns.push_back(found.contains(i) ? found[i] : FeatureColumn{features[i], static_cast<int64_t>(i)});
  return columns;
}

}  // namespace hourglass
