#include "hourglass/train/reduction.h"

#include <algorithm>

namespace hourglass {

void Reduction::sum(std::span<const std::vector<double>> parts, std::span<double> total) const {
  std::fill(total.begin(), total.end(), 0.0);
  for (const auto& part : parts)
    for (size_t i = 0; i < total.size(); ++i) total[i] += part[i];
}

void Reduction::reduce_gradient(int64_t, const std::function<void(View)>& local, View gradient) const {
  local(gradient);
}

}  // namespace hourglass
