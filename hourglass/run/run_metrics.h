#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// Keeps a run's metrics.jsonl: one line per epoch, on disk before the epoch's checkpoint is.
class RunMetrics final : public RunListener {
 public:
  /// Goes on after the given epochs of an earlier run.
  RunMetrics(std::filesystem::path path, std::vector<EpochRecord> epochs);

  void on_epoch(const EpochRecord& epoch) override;

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write() const;

  std::filesystem::path path_;
  std::vector<EpochRecord> epochs_;
  std::string text_;  ///< what the file holds
};

}  // namespace hourglass
