#pragma once

#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// The first rows of a data set, what the encoder saw of them and what came back: (rows, inputs) each, scaled, but not
/// centred, so that pixels are where they can be seen.
struct SampleReconstructions {
  Tensor clean;
  Tensor noisy;  ///< empty without corruption
  Tensor reconstruction;
};
SampleReconstructions reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                                          int64_t rows);

}  // namespace hourglass
