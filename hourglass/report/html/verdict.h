#pragma once

#include <string>
#include <vector>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// One sentence about a run, made by a rule from measured numbers.
struct Finding {
  enum class Kind { good, note, warning };
  Kind kind;
  std::string text;
};

/// What the numbers say: whether the loss converged, how far held-out rows are from training rows, what part of the
/// data is explained, units that do nothing, saturation, contraction. A rule without its numbers says nothing.
/// `reconstruction` is the loss's name, "bce".
std::vector<Finding> verdict(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                             const Analysis& analysis);

}  // namespace hourglass
