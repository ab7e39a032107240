#include "hourglass/eval/separation.h"

#include <algorithm>
#include <map>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/model/anomaly.h"

namespace hourglass {

std::optional<Separation> separation(std::span<const double> scores, std::span<const int32_t> labels,
                                     double threshold) {
  std::map<int32_t, int64_t> counts;
  for (const int32_t label : labels) ++counts[label];
  if (counts.size() != 2) return std::nullopt;
  HOURGLASS_CHECK(scores.size() == labels.size());
  const auto smaller = *counts.begin(), larger = *counts.rbegin();
  const bool is_larger = larger.second <= smaller.second;
  Separation s{.normal = (is_larger ? smaller : larger).first, .abnormal = (is_larger ? larger : smaller).first};
  s.rows = std::ssize(labels);
  s.abnormal_rows = counts[s.abnormal];
  std::vector<bool> is_abnormal;
  for (const int32_t label : labels) is_abnormal.push_back(label == s.abnormal);
  s.roc_auc = roc_auc(scores, is_abnormal);
  s.average_precision = average_precision(scores, is_abnormal);
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] <= threshold) continue;
    ++s.above;
    s.abnormal_above += is_abnormal[i];
  }
  return s;
}

double average_precision(std::span<const double> scores, const std::vector<bool>& is_abnormal) {
  HOURGLASS_CHECK(scores.size() == is_abnormal.size());
  const std::vector<int64_t> order = largest(scores, scores.size());
  double sum = 0, found = 0, found_before = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    found += is_abnormal[order[k]];
    if (k + 1 < order.size() && scores[order[k + 1]] == scores[order[k]]) continue;  // equal scores are taken together
    sum += (found - found_before) * found / static_cast<double>(k + 1);
    found_before = found;
  }
  HOURGLASS_CHECK(found > 0);
  return sum / found;
}

}  // namespace hourglass
