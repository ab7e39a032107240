#pragma once

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/inference.h"

namespace hourglass {

/// Decoded draws from the prior and, for a code of two units, the manifold: 64 draws and 15 × 15 points, or as many as
/// `most` decoded samples allow for each; none for 0. unit_kl stays empty.
PriorSamples prior_samples(const Inference& inference, int64_t most);

/// How many samples the part of a report may decode: at most 225, and images of 64 MB in all.
int64_t most_prior_samples(const Network& network);

}  // namespace hourglass
