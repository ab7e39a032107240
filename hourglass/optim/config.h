#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

enum class OptimizerKind { adam, sgd, adamw, rmsprop };
template <>
inline const std::vector<std::string> kNames<OptimizerKind> = {"adam", "sgd", "adamw", "rmsprop"};

enum class ScheduleKind { constant, cosine, linear, step, plateau, one_cycle };
template <>
inline const std::vector<std::string> kNames<ScheduleKind> = {"constant", "cosine",  "linear",
                                                              "step",     "plateau", "one_cycle"};

/// optimizer = { adam = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }
///           | { adamw = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0.01 }
///           | { sgd = 0.1, momentum = 0.9, nesterov = true }
///           | { rmsprop = 0.01, alpha = 0.99, epsilon = 1e-8, momentum = 0 }
struct OptimizerConfig {
  OptimizerKind kind = OptimizerKind::adam;
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double momentum = 0.0;       ///< sgd and rmsprop
  bool nesterov = false;       ///< sgd only
  double weight_decay = 0.01;  ///< adamw only; of every parameter, biases included, as PyTorch's AdamW
  double alpha = 0.99;         ///< rmsprop only

  bool operator==(const OptimizerConfig&) const = default;
};

void kinds(auto& v, OptimizerConfig& c) {
  const auto epsilon = [&] {
    v.field("epsilon", c.epsilon, above(0), "added to the root of the mean squared gradient");
  };
  const auto adam = [&] {
    v.value_or(c.learning_rate, 1e-3, above(0), "learning rate");
    v.field("beta1", c.beta1, fraction(), "decay of the moving average of the gradient");
    v.field("beta2", c.beta2, fraction(), "decay of the moving average of the squared gradient");
    epsilon();
  };
  if (v.kind(OptimizerKind::adam, c.kind)) adam();
  if (v.kind(OptimizerKind::sgd, c.kind)) {
    v.value(c.learning_rate, above(0), "learning rate");
    v.field("momentum", c.momentum, fraction(), "decay of the velocity");
    v.field_if_given("nesterov", c.nesterov, Anything{},
                     "true: Nesterov's momentum, the gradient plus momentum times the new velocity");
    v.check(!c.nesterov || c.momentum > 0, "nesterov = true needs a momentum above 0");
  }
  if (v.kind(OptimizerKind::adamw, c.kind)) {
    adam();
    v.field("weight_decay", c.weight_decay, at_least(0),
            "every step first multiplies all parameters, biases too, by 1 − learning rate · weight_decay");
  }
  if (v.kind(OptimizerKind::rmsprop, c.kind)) {
    v.value_or(c.learning_rate, 0.01, above(0), "learning rate");
    v.field("alpha", c.alpha, fraction(), "decay of the moving average of the squared gradient");
    epsilon();
    v.field("momentum", c.momentum, fraction(), "decay of the velocity");
  }
}

/// schedule = "constant" | { constant = 1.0, warmup_steps = 100 } | { cosine = 0.0, warmup_steps = 100 }
///          | { linear = 0.0, warmup_steps = 100 } | { step = 0.1, every = 10 } | { plateau = 0.1, patience = 3 }
///          | { one_cycle = 0.3, start = 0.04, end = 4e-6 }; all but one_cycle may have warmup_steps
struct ScheduleConfig {
  ScheduleKind kind = ScheduleKind::constant;
  double final_factor = 1.0;  ///< cosine, linear: what the learning rate falls to, as a fraction of the optimizer's;
                              ///< constant: 1
  int64_t warmup_steps = 0;   ///< steps of linear warm-up from 0 to the full learning rate
  double factor = 0.1;        ///< step, plateau: what the learning rate is multiplied with, each time
  int64_t every = 0;          ///< step: epochs
  int64_t patience = 3;       ///< plateau: epochs
  double peak = 0.3;          ///< one_cycle: fraction of the run before the full learning rate
  double start = 0.04, end = 4e-6;  ///< one_cycle: first and last learning rate, as fractions of the optimizer's

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
  if (v.kind(ScheduleKind::linear, c.kind)) {
    v.value_or(c.final_factor, 0.0, between(0, 1),
               "what the learning rate falls to in a straight line, as a fraction of the optimizer's");
    warmup();
  }
  if (v.kind(ScheduleKind::step, c.kind)) {
    v.value_or(c.factor, 0.1, inside(0, 1), "what the learning rate is multiplied with, each time");
    v.needs("every");
    v.field("every", c.every, between(1, 1e6), "epochs from one time to the next");
    warmup();
  }
  if (v.kind(ScheduleKind::plateau, c.kind)) {
    v.value_or(c.factor, 0.1, inside(0, 1), "what the learning rate is multiplied with, each time");
    v.field("patience", c.patience, between(0, 1e6),
            "epochs in a row without a smaller validation reconstruction that are let pass; the next one counts");
    warmup();
  }
  if (v.kind(ScheduleKind::one_cycle, c.kind)) {
    v.value_or(c.peak, 0.3, inside(0, 1), "fraction of the run in which the learning rate rises to the optimizer's");
    v.field("start", c.start, inside(0, 1), "learning rate of the first step, as a fraction of the optimizer's");
    v.field("end", c.end, inside(0, 1), "learning rate of the last step, as a fraction of the optimizer's");
  }
}

/// Whether the learning rate of a step depends on the number of all steps, and with it on train.epochs.
inline bool depends_on_total(const ScheduleConfig& c) {
  return c.kind == ScheduleKind::cosine || c.kind == ScheduleKind::linear || c.kind == ScheduleKind::one_cycle;
}

}  // namespace hourglass
