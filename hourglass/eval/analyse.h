#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/eval/analysis.h"
#include "hourglass/model/autoencoder.h"

namespace hourglass {

/// Everything a report shows. Rows are bounded, so that it takes seconds for data of any size; what cannot be made is
/// among the omissions. Throws Error when the data do not fit the model.
Analysis analyse(const Autoencoder& model, const Dataset& data, int threads);

}  // namespace hourglass
