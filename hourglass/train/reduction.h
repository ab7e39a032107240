#pragma once

#include <functional>
#include <span>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Adds up what the micro-batches of a batch contribute, in a fixed order, so that a result has the same bits on any
/// number of threads. This one is for a batch that one process holds.
class Reduction {
 public:
  virtual ~Reduction() = default;

  /// total assigned Σ parts, in their order; all have the same size.
  virtual void sum(std::span<const std::vector<double>> parts, std::span<double> total) const;
  /// gradient assigned: of θ[first, first + gradient.size()), for the whole batch. `local` assigns this process's share
  /// of it.
  virtual void reduce_gradient(int64_t first, const std::function<void(View)>& local, View gradient) const;
};

}  // namespace hourglass
