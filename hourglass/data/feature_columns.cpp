#include "hourglass/data/feature_columns.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

namespace hourglass {
namespace {

/// The numbers of the features that begin with "COLUMN=", by column, in one pass over all of them.
std::map<std::string_view, std::vector<size_t>> candidates(std::span<const std::string> features,
                                                           std::span<const std::string> columns) {
  std::map<std::string_view, std::vector<size_t>> all;
  for (const std::string& column : columns) all[column];
  for (size_t i = 0; i < features.size(); ++i) {
    const std::string_view feature = features[i];
    for (size_t at = feature.find('='); at != std::string_view::npos; at = feature.find('=', at + 1))
      if (const auto column = all.find(feature.substr(0, at)); column != all.end()) column->second.push_back(i);
  }
  return all;
}

/// The longest run of features "COLUMN=TEXT" with ascending texts that are not taken yet, among those at `places`.
/// Numeric columns of such a name make further runs, or end one.
FeatureColumn longest_run(std::span<const std::string> features, const std::string& column,
                          std::span<const size_t> places, const std::vector<bool>& is_taken) {
  size_t first = 0, length = 0, longest_first = 0, longest = 0;
  for (const size_t i : places) {
    if (is_taken[i]) continue;
    const bool continues = length > 0 && i == first + length && features[i] > features[i - 1];
    if (!continues) first = i, length = 0;
    if (++length > longest) longest_first = first, longest = length;
  }
  FeatureColumn found{column, static_cast<int64_t>(longest_first)};
  for (const std::string& feature : features.subspan(longest_first, longest))
    found.texts.push_back(feature.substr(column.size() + 1));
  return found;
}

}  // namespace

std::vector<FeatureColumn> feature_columns(std::span<const std::string> features,
                                           std::span<const std::string> categorical) {
  // The longest names first: "a=b=c" is a text of "a=b" rather than one of "a".
  std::vector<std::string> names(categorical.begin(), categorical.end());
  std::ranges::stable_sort(names, std::greater(), [](const std::string& name) { return name.size(); });
  const auto places = candidates(features, names);
  std::map<size_t, FeatureColumn> found;  // by the first feature
  std::vector<bool> is_taken(features.size());
  for (const std::string& name : names) {
    FeatureColumn column = longest_run(features, name, places.at(name), is_taken);
    if (column.texts.empty()) continue;
    const auto first = static_cast<size_t>(column.first);
    std::fill_n(is_taken.begin() + column.first, column.texts.size(), true);
    found.emplace(first, std::move(column));
  }
  std::vector<FeatureColumn> columns;
  for (size_t i = 0; i < features.size(); i += static_cast<size_t>(columns.back().features())) {
    const auto categories = found.find(i);
    columns.push_back(categories != found.end() ? categories->second
                                                : FeatureColumn{features[i], static_cast<int64_t>(i)});
  }
  return columns;
}

}  // namespace hourglass
