#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hourglass/eval/metrics.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {

/// Rows of numbers in [0, 1].
Dataset uniform_images(int64_t rows, Shape sample);
inline Dataset uniform_rows(int64_t rows, int64_t features) { return uniform_images(rows, {features}); }
/// All values as doubles.
std::vector<double> values_of(const Dataset& data);
/// The same rows and labels, the last first.
Dataset reversed(const Dataset& data);

/// Σ over columns of the variance (1/N).
double trace(const std::vector<double>& x, int64_t columns);

/// In f64, the same weights every time.
Autoencoder fresh(const ModelConfig& config, Shape input);

/// Sets the elements of an f64 parameter to f(element).
template <class F>
void set(Autoencoder& a, size_t parameter, F f) {
  const Parameter& p = a.network().parameters()[parameter];
  for (int64_t i = 0; i < p.shape.size(); ++i) p.in(a.theta()).template as<double>()[i] = f(i);
}

/// A data set ready to go through a model.
class Measured {
 public:
  Measured(const Autoencoder& model, const Dataset& data, EvaluationOptions options = {})
      : options_(std::move(options)),
        inference_(model, options_.threads, options_.chunk_rows),
        rows_{model, inference_, data, options_.corrupt_input, options_.progress} {}

  template <class F>
  auto with(F measure) const {
    return measure(rows_);
  }

 private:
  EvaluationOptions options_;
  Inference inference_;
  MeasuredRows rows_;
};

/// One metric that is a number.
double measure(const Autoencoder& a, const Dataset& data, const std::string& name,
               const EvaluationOptions& options = {});

/// A metric's value as one list.
std::vector<double> flat(const MetricValue& value);

}  // namespace hourglass
