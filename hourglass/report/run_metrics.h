#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hourglass/train/events.h"

namespace hourglass {

/// Keeps a run's metrics.jsonl: one line per epoch, on disk before the epoch's checkpoint is.
class RunMetrics final : public RunListener {
 public:
  /// Keeps the first `epochs` lines of an earlier run; throws Error when the file holds fewer.
  RunMetrics(std::filesystem::path path, int64_t epochs);

  void on_epoch(const EpochRecord& epoch) override;

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write() const;

  std::filesystem::path path_;
  std::vector<EpochRecord> epochs_;
};

}  // namespace hourglass
