#pragma once

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/model/inference.h"

namespace hourglass {

/// 64 decoded draws from the prior and, for a code of two units, the manifold: `side`² decoded points. Both are left
/// out for samples that are not images. unit_kl stays empty.
PriorSamples prior_samples(const Inference& inference, bool is_image, int64_t side = 15);

}  // namespace hourglass
