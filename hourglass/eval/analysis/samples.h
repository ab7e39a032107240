#pragma once

#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// The first rows of a data set and their reconstructions, (rows, inputs) each, scaled but not centred, so that pixels
/// lie in [0, 1].
struct SampleReconstructions {
  Tensor clean;
  Tensor corrupted;  ///< what the encoder sees; empty without corruption
  Tensor reconstruction;
};
SampleReconstructions reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                                          int64_t rows);

}  // namespace hourglass
