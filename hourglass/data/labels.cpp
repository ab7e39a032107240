#include "hourglass/data/labels.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "hourglass/base/error.h"

namespace hourglass {

namespace {

void check_labelled(const Dataset& data) {
  if (data.labels.empty()) fail("{}: no labels", data.name);
  HOURGLASS_CHECK(static_cast<int64_t>(data.labels.size()) == data.rows());
}

}  // namespace

std::vector<int32_t> distinct(std::vector<int32_t> labels) {
  std::ranges::sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::vector<int32_t> distinct_labels(const Dataset& train) {
  check_labelled(train);
  std::vector<int32_t> labels = distinct(train.labels);
  if (labels.size() < 2)
    fail("{}: every label is {}; a classifier needs at least two classes", train.name, labels.front());
  return labels;
}

std::vector<int32_t> classes_of(const Dataset& data, const std::vector<int32_t>& labels) {
  check_labelled(data);
  std::vector<int32_t> classes;
  classes.reserve(data.labels.size());
  for (const int32_t label : data.labels) {
    const auto place = std::ranges::lower_bound(labels, label);
    if (place == labels.end() || *place != label)
      fail("{}: row {} has label {}, which no training row has ({})", data.name, classes.size() + 1, label,
           fmt::join(labels, ", "));
    classes.push_back(static_cast<int32_t>(place - labels.begin()));
  }
  return classes;
}

}  // namespace hourglass
