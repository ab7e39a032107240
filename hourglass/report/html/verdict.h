#pragma once

#include <string>
#include <vector>

#include "hourglass/eval/analysis/analysis.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Explained variance up to which a model is no better than the mean.
constexpr double kLearned = 0.01;

/// One sentence about a run that follows by a rule from measured numbers.
struct Finding {
  enum class Kind { good, note, warning };
  Kind kind;
  std::string text;
};

/// Judges a run by the rules of docs/report.md: convergence, the gap between held-out and training rows, explained
/// variance, almost constant units, saturation, contraction. A rule whose numbers are missing gives no finding.
/// `reconstruction` is the name of the loss: "bce" or "mse".
std::vector<Finding> verdict(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                             const Analysis& analysis);

}  // namespace hourglass
