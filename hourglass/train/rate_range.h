#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// The learning rates of a range test: from·(to/from)^(k/(steps − 1)) in step k = 0 … steps − 1.
struct RateRange {
  double from = 1e-6, to = 10;
  int64_t steps = 300;  ///< at least 2
};

/// A step of a range test.
struct RateStep {
  double rate;
  double loss;      ///< of its batch, before the step
  double smoothed;  ///< s_k/(1 − 0.9^(k+1)) with s_k = 0.9·s_{k−1} + 0.1·loss_k, s_{−1} = 0
};

/// What a range test found.
struct RateTest {
  std::vector<RateStep> steps;  ///< without one whose loss is not finite
  bool has_diverged = false;    ///< the test ended before its last step
  /// The rate where the smoothed loss falls most steeply, per factor of the rate, divided by 2; nothing where it falls
  /// nowhere.
  std::optional<double> suggestion;
};

/// A learning rate range test (Smith 2017, section 3.3): trains `model` on the given rows as the recipe says, but with
/// a learning rate that grows from step to step, whatever its schedule, and ends where the loss is not finite or the
/// smoothed one is above 4 times its smallest so far. The model is of no use afterwards. `progress` receives the
/// fraction that is done after every step; false ends the test there. A pure function of its arguments but `threads`.
RateTest test_rates(const Recipe& recipe, Autoencoder& model, const Dataset& data, std::span<const uint32_t> rows,
                    const RateRange& range, int threads, const std::function<bool(double done)>& progress = {});

/// RateTest::suggestion of these steps. The slope at step k is that of the straight line, fitted by least squares to
/// the smoothed loss over ln(rate), through steps k − 10 … k + 10, as far as there are any; only steps before the
/// smallest smoothed loss count.
std::optional<double> suggest_rate(std::span<const RateStep> steps);

}  // namespace hourglass
