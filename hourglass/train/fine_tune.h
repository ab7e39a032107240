#pragma once

#include <cstdint>
#include <functional>

#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"

namespace hourglass {

struct FineTuneOptions {
  int64_t epochs = 50;    ///< maximum
  int64_t patience = 10;  ///< epochs without a smaller validation error after which training stops
  int64_t batch_size = 100;
  double rate = 3e-4;  ///< Adam's learning rate
  uint64_t seed = 42;  ///< shuffling
  int threads = 1;
};

struct FineTuneResult {
  double error = 0;             ///< fraction of misclassified test rows
  double validation_error = 0;  ///< fraction of misclassified validation rows
  int64_t epoch = 0;            ///< the epoch tested, from 1: the first with the smallest validation error
  int64_t epochs = 0;           ///< number of epochs trained
};

/// Trains a classifier of the labels end to end: the encoder of `model`, whose layers `config` lists, followed by a
/// softmax layer on the code that starts at zero. Adam minimises the mean of −ln p(label). A sixth of the training
/// rows, the same rows as in linear_probe, is held out for validation and chooses the epoch; only that epoch's weights
/// are tested. The result does not depend on the number of threads. `progress` receives the fraction of the epochs that
/// is done. Throws Error when samples do not fit the model, labels are missing, all equal or only in the test data, or
/// an option is out of range; RuntimeFailure when the loss is not finite.
FineTuneResult fine_tune(const Autoencoder& model, const ModelConfig& config, const Dataset& train, const Dataset& test,
                         const FineTuneOptions& options, const std::function<void(double done)>& progress = {});

}  // namespace hourglass
