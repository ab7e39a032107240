#pragma once

#include <cstdint>
#include <functional>

#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"

namespace hourglass {

struct FineTuneOptions {
  int64_t epochs = 50;    ///< at most
  int64_t patience = 10;  ///< ends after so many epochs without a smaller validation error
  int64_t batch_size = 100;
  double rate = 3e-4;  ///< of Adam
  uint64_t seed = 42;  ///< of the order of rows
  int threads = 1;
};

struct FineTuneResult {
  double error = 0;             ///< fraction of the test rows put in a wrong class
  double validation_error = 0;  ///< of the training rows held out to choose the epoch
  int64_t epoch = 0;            ///< whose weights are tested, from 1: the first with the smallest validation error
  int64_t epochs = 0;           ///< trained
};

/// Trains the encoder of `model`, whose layers `config` lists, and a softmax layer on its code, which starts at zero,
/// end to end to tell the labels apart: Adam on the mean of −ln p(label). A sixth of the training rows is held out, the
/// same rows as in linear_probe, and chooses the epoch; test rows are looked at once, after that. The result is the
/// same on any number of threads. `progress` is told the share of the epochs that is done. Throws Error when samples do
/// not fit the model, labels are missing, all the same or in the test part alone, or an option makes no sense; and
/// RuntimeFailure when the loss is not finite.
FineTuneResult fine_tune(const Autoencoder& model, const ModelConfig& config, const Dataset& train, const Dataset& test,
                         const FineTuneOptions& options, const std::function<void(double done)>& progress = {});

}  // namespace hourglass
