#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

/// Everything a report shows. Rows are bounded, so that it takes seconds for data of any size; what cannot be made is
/// among the omissions. `corruption` is what the model was trained under. Throws Error when the data do not fit the
/// model.
Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int threads);

}  // namespace hourglass
