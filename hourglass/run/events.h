#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hourglass {

/// Value of the objective. loss = reconstruction + Σ weight · penalty; penalties are unweighted.
struct Terms {
  double loss = 0.0;
  double reconstruction = 0.0;
  std::vector<std::pair<std::string, double>> penalties;
};

/// Event before the first step of a run.
struct RunStart {
  std::string name;
  std::string reconstruction;  ///< "bce" or "mse"
  int64_t epochs = 0;
  int64_t first_epoch = 1;  ///< > 1 after a resume
  int64_t steps_per_epoch = 0;
  int64_t rows = 0;  ///< training rows per epoch
};

/// Event after each optimiser step.
struct StepRecord {
  int64_t epoch = 0;     ///< from 1
  int64_t step = 0;      ///< within the epoch, from 1
  Terms running;         ///< mean over the epoch's rows so far
  double seconds = 0.0;  ///< training time within the epoch so far
  int64_t rows = 0;      ///< rows trained on within the epoch so far
};

/// Event after each epoch; one line of metrics.jsonl.
struct EpochRecord {
  int64_t epoch = 0;
  Terms train;                      ///< mean over the epoch, taken while the weights change
  std::optional<Terms> validation;  ///< loss = reconstruction, no penalties
  std::optional<Terms> test;
  double seconds = 0.0;  ///< training time only
  double samples_per_second = 0.0;
};

/// Receives the events of a run on the training thread. Must not throw.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void on_start(const RunStart&) {}
  virtual void on_step(const StepRecord&) {}
  virtual void on_epoch(const EpochRecord&) {}
  /// The fraction `done` of a long task after the training is finished; 1 ends it. One call at a time, on any thread.
  virtual void on_stage(const std::string& /*name*/, double /*done*/) {}
  /// A message for the user: early stopping, a resume, a rejected step.
  virtual void on_note(const std::string&) {}
};

}  // namespace hourglass
