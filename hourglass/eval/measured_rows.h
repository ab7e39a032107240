#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>
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

/// Adds up parts by T::add in the order of their numbers 0, 1, …, whatever the order in which threads deliver them.
/// A part is held until all parts of smaller numbers are added.
template <class T>
class OrderedSum {
 public:
  void add(int64_t number, T part) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(number, std::move(part));
    for (auto next = waiting_.begin(); next != waiting_.end() && next->first == next_; ++next_) {
      total_.add(next->second);
      next = waiting_.erase(next);
    }
  }
  T take() && { return std::move(total_); }

 private:
  std::mutex mutex_;
  std::map<int64_t, T> waiting_;
  int64_t next_ = 0;
  T total_ = {};
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
    OrderedSum<T> sum;
    ProgressCounter counter(progress, what, data.rows());
    const auto measure = [&](const Inference::Chunk& chunk) {
      sum.add(chunk.index, part(chunk));
      counter.advance(chunk.rows);
    };
    inference.reconstruct(data, measure, corrupt_input);
    return std::move(sum).take();
  }
};

/// A key per row for counter-based random numbers: a hash of the row's bytes. Measurements that use it do not depend on
/// the order of rows.
std::vector<uint32_t> row_keys(ConstView rows);

}  // namespace hourglass
