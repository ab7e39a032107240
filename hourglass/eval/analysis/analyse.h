#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// Computes everything that a report shows. The number of rows is limited, so that it takes seconds for data of any
/// size; parts that do not apply are listed in Analysis::omissions. `corruption` is that of the training. Throws Error
/// when the data do not fit the model or have no rows.
Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int threads);

/// Reconstructs the first `rows` rows, from corrupted inputs if `corruption` is active. Examples::errors stays empty.
Examples reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int64_t rows);

}  // namespace hourglass
