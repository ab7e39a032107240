#pragma once

#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "hourglass/model/inference.h"

namespace hourglass {

/// Told how much of a measurement is done, a fraction in [0, 1]. One call at a time, from any thread.
using EvaluationProgress = std::function<void(std::string_view what, double done)>;

/// Counts the steps of one measurement, on any threads, and tells of them.
class Ticker {
 public:
  Ticker(const EvaluationProgress& progress, std::string_view what, int64_t steps)
      : progress_(progress), what_(what), steps_(steps) {}
  void advance(int64_t steps = 1);

 private:
  const EvaluationProgress& progress_;
  std::string_view what_;
  int64_t steps_, done_ = 0;
  std::mutex mutex_;
};

/// Sums over rows, collected part by part.
struct RowSums {
  std::vector<double> of;

  void add(const RowSums& part);
};

/// The rows of a data set and the model they go through: what measurements are made of.
struct MeasuredRows {
  const Autoencoder& model;
  const Inference& inference;
  const Dataset& data;
  Inference::Disturb disturb;
  const EvaluationProgress& progress;

  const Network& network() const { return model.network(); }
  /// Inference::reconstruct of all rows.
  void visit(std::string_view what, const Inference::Visit& visit) const;

  /// Σ part(chunk) over chunks by T::add, in their order. The parts are made on worker threads.
  template <class T, class F>
  T collect(std::string_view what, F part) const {
    std::vector<T> parts(inference.chunks(data.rows()));
    visit(what, [&](const Inference::Chunk& chunk) { parts[chunk.index] = part(chunk); });
    T total;
    for (const T& p : parts) total.add(p);
    return total;
  }
};

}  // namespace hourglass
