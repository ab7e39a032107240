#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hourglass/eval/classify/labelled_codes.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/eval/pca.h"
#include "hourglass/eval/robustness.h"
#include "hourglass/eval/row_moments.h"
#include "hourglass/eval/variational.h"

namespace hourglass {

/// Sums over the rows of a data set of clean inputs x and codes h.
struct Totals {
  RowMoments inputs, codes;
  double squares = 0;           ///< Σ ‖x‖²
  double entropy = 0;           ///< Σ −x ln x − (1 − x) ln(1 − x) over elements in (0, 1)
  double activation = 0;        ///< Σ h over rows and units
  double absolutes = 0;         ///< Σ |h|
  double saturated = 0;         ///< number of h below 0.05 or above 0.95
  std::vector<double> firings;  ///< per unit, number of h ≠ 0

  void add(const Totals& part);
};

/// A value that is computed on first use.
template <class T>
class Lazy {
 public:
  template <class F>
  Lazy(F compute) : compute_(std::move(compute)) {}
  const T& operator()() {
    if (!value_) value_ = compute_();
    return *value_;
  }

 private:
  std::function<T()> compute_;
  std::optional<T> value_;
};

/// Intermediate results that metrics share. Each is computed in one pass over the data.
class Measurements {
 public:
  /// Throws Error when the samples do not have the size that the model expects.
  Measurements(const Autoencoder& model, const Dataset& data, const EvaluationOptions& options);
  Measurements(const Measurements&) = delete;
  Measurements& operator=(const Measurements&) = delete;

  const Autoencoder& model() const { return model_; }
  const Network& network() const { return model_.network(); }
  const EvaluationOptions& options() const { return options_; }
  const Dataset& data() const { return data_; }
  const MeasuredRows& measured() const { return measured_; }

  double rows() const { return static_cast<double>(data_.rows()); }
  int64_t features() const { return data_.sample.size(); }
  int64_t units() const { return network().code().output().size(); }

  Lazy<double> bce, mse;
  Lazy<Totals> totals;
  Lazy<std::vector<double>> squared_jacobian_norms;  ///< ‖∂h/∂x‖²_F per row
  Lazy<Robustness> robustness;
  Lazy<Posterior> posterior;               ///< precondition: the code is gaussian
  Lazy<ClassifiedCodes> classified_codes;  ///< precondition: labels and a training part are there
  Lazy<PrincipalComponents> principal_components;
  Lazy<std::optional<Tensor>> decoder_columns;  ///< nullopt when the decoder is not linear

 private:
  const Autoencoder& model_;
  const Dataset& data_;
  const EvaluationOptions& options_;
  Inference inference_;
  MeasuredRows measured_;
};

}  // namespace hourglass
