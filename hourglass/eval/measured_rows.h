#pragma once

#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Called with the name of a measurement and the fraction of it that is done, in [0, 1]. One call at a time, from any
/// thread.
using EvaluationProgress = std::function<void(std::string_view what, double done)>;

/// Counts the finished steps of one measurement, from any thread, and reports them.
class ProgressCounter {
 public:
  ProgressCounter(const EvaluationProgress& progress, std::string_view what, int64_t steps)
      : progress_(progress), what_(what), steps_(steps) {}
  void advance(int64_t steps = 1);

 private:
  const EvaluationProgress& progress_;
  std::string_view what_;
  int64_t steps_, done_ = 0;
  std::mutex mutex_;
};

/// Element-wise sums over rows.
struct RowSums {
  std::vector<double> values;

  void add(const RowSums& part);
};

/// A data set, the model to evaluate on it, and how its rows pass through the model.
struct MeasuredRows {
  const Autoencoder& model;
  const Inference& inference;
  const Dataset& data;
  Inference::CorruptInput corrupt_input;
  const EvaluationProgress& progress;

  const Network& network() const { return model.network(); }
  /// Sum of part(chunk) over all chunks by T::add, in order. Parts are computed on worker threads; `what` names the
  /// measurement in progress reports.
  template <class T, class F>
  T collect(std::string_view what, F part) const {
    std::vector<T> parts(inference.chunks(data.rows()));
    ProgressCounter counter(progress, what, data.rows());
    const auto measure = [&](const Inference::Chunk& chunk) {
      parts[chunk.index] = part(chunk);
      counter.advance(chunk.rows);
    };
    inference.reconstruct(data, measure, corrupt_input);
    T total;
    for (const T& p : parts) total.add(p);
    return total;
  }
};

/// A key per row for counter-based random numbers: a hash of the row's bytes. Measurements that use it do not depend on
/// the order of rows.
std::vector<uint32_t> row_keys(ConstView rows);

}  // namespace hourglass
