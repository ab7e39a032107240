#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Measures the reconstruction loss on the validation rows and on the test data after an epoch: the mean over all rows
/// and features, without corruption.
class Evaluator {
 public:
  struct Data {
    const Dataset& train;
    std::span<const uint32_t> validation;  ///< rows of `train`; may be empty
    const Dataset* test;                   ///< may be null
  };
  /// `bce`: binary cross-entropy, otherwise mean squared error. All references must outlive the evaluator.
  Evaluator(const Autoencoder& model, bool bce, const Data& data, int threads)
      : model_(model), bce_(bce), data_(data), threads_(threads) {}

  /// Assigns epoch.validation and epoch.test, each only where there are rows for it. Throws Interrupted when `stop`,
  /// which is asked as by Inference::stop_when, returns true.
  void measure(EpochRecord& epoch, const std::function<bool()>& stop = nullptr) const;

 private:
  Terms loss(const Dataset& data, std::span<const uint32_t> rows, const std::function<bool()>& stop) const;

  const Autoencoder& model_;
  bool bce_;
  Data data_;
  int threads_;
};

}  // namespace hourglass
