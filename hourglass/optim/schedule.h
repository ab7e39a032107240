#pragma once

#include "hourglass/optim/config.h"

namespace hourglass {

/// Factor of the learning rate in step t = 0 … T − 1 (`total`), w warm-up steps, n steps in an epoch. During warm-up (t
/// < w): (t + 1)/w. Afterwards:
/// - constant, plateau: 1 (a plateau's own factor is PlateauState's).
/// - cosine (Loshchilov & Hutter 2017, without restarts): f + (1 − f)·½(1 + cos(π (t − w)/(T − w))).
/// - linear: f + (1 − f)·(1 − (t − w)/(T − w)), as PyTorch's LinearLR from 1 to f.
/// - step: factor^⌊t/(n·every)⌋, as PyTorch's StepLR; warm-up steps are part of their epochs.
/// - one_cycle (Smith & Topin 2018, as PyTorch's OneCycleLR with cosine annealing and two phases, without its cycle of
///   the momentum): with r = peak·T − 1, from `start` to 1 over 0 ≤ t ≤ r, then from 1 to `end` at t = T − 1, each
///   along half a cosine: a + (b − a)·½(1 − cos(π p)), p the fraction of the phase.
double schedule_factor(const ScheduleConfig& schedule, int64_t step, int64_t total, int64_t steps_per_epoch);

/// What the plateau schedule has seen, and its factor of the learning rate; part of checkpoints.
struct PlateauState {
  double factor = 1.0;
  double best = 0.0;       ///< smallest loss so far; of no meaning before the first epoch
  int64_t epochs = 0;      ///< seen so far
  int64_t bad_epochs = 0;  ///< in a row, without a smaller loss

  bool operator==(const PlateauState&) const = default;
};

void fields(auto& v, PlateauState& s) {
  for (const char* key : {"bad_epochs", "best", "epochs", "factor"}) v.needs(key);
  v.field("bad_epochs", s.bad_epochs, at_least(0), "");
  v.field("best", s.best, at_least(0), "");
  v.field("epochs", s.epochs, at_least(0), "");
  v.field("factor", s.factor, between(0, 1), "");
}

/// Takes the validation reconstruction of an epoch. After more than `patience` epochs in a row that bring no smaller
/// one, the factor is multiplied by schedule.factor and the count starts anew; returns whether that happened. This is
/// PyTorch's ReduceLROnPlateau with threshold = 0, cooldown = 0 and min_lr = 0.
bool update_plateau(const ScheduleConfig& schedule, double loss, PlateauState& state);

}  // namespace hourglass
