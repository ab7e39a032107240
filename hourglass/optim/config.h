#pragma once

#include <cstdint>
#include <string>

namespace hourglass {

/// optimizer = { adam = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } | { sgd = 0.1, momentum = 0.9 }
struct OptimizerConfig {
  std::string kind = "adam";
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.0;  ///< sgd only
};

/// schedule = "constant" | { constant = 1.0, warmup_steps = 100 } | { cosine = 0.0, warmup_steps = 100 }
struct ScheduleConfig {
  std::string kind = "constant";
  double final_factor = 1.0;  ///< cosine: the last step's rate as a fraction of the optimizer's; constant: 1
  int64_t warmup_steps = 0;   ///< linear from 0 to the full rate over this many steps
};

}  // namespace hourglass
