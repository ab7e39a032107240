#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

enum class OptimizerKind { adam, sgd };
template <>
inline const std::vector<std::string> kNames<OptimizerKind> = {"adam", "sgd"};

enum class ScheduleKind { constant, cosine };
template <>
inline const std::vector<std::string> kNames<ScheduleKind> = {"constant", "cosine"};

/// optimizer = { adam = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } | { sgd = 0.1, momentum = 0.9 }
struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.0;  ///< sgd only

  bool operator==(const OptimizerConfig&) const = default;
};

void kinds(auto& v, OptimizerConfig& c) {
  if (v.kind(OptimizerKind::adam, c.kind)) {
    v.value_or(c.learning_rate, 1e-3, above(0), "learning rate");
    v.field("beta1", c.beta1, fraction(), "decay of the moving average of the gradient");
    v.field("beta2", c.beta2, fraction(), "decay of the moving average of the squared gradient");
    v.field("epsilon", c.epsilon, above(0), "added to the root of the mean squared gradient");
  }
  if (v.kind(OptimizerKind::sgd, c.kind)) {
    v.value(c.learning_rate, above(0), "learning rate");
    v.field("momentum", c.momentum, fraction(), "decay of the velocity");
  }
}

/// schedule = "constant" | { constant = 1.0, warmup_steps = 100 } | { cosine = 0.0, warmup_steps = 100 }
struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::constant;
  double final_factor = 1.0;  ///< cosine: learning rate of the last step, as a fraction of the optimizer's; constant: 1
  int64_t warmup_steps = 0;   ///< steps of linear warm-up from 0 to the full learning rate

  bool operator==(const ScheduleConfig&) const = default;
};

void kinds(auto& v, ScheduleConfig& c) {
  const auto warmup = [&] {
    v.field("warmup_steps", c.warmup_steps, between(0, 1e12),
            "steps of linear warm-up from 0 to the full learning rate");
  };
  if (v.kind(ScheduleKind::constant, c.kind)) {
    v.value_or(c.final_factor, 1.0, between(1, 1), "factor of the learning rate, always 1");
    warmup();
  }
  if (v.kind(ScheduleKind::cosine, c.kind)) {
    v.value_or(c.final_factor, 0.0, between(0, 1), "learning rate of the last step, as a fraction of the optimizer's");
    warmup();
  }
}

}  // namespace hourglass
