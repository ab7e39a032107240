#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// Writes metrics.jsonl: one line per epoch, on disk before the checkpoint of the epoch.
class RunMetrics final : public RunListener {
 public:
  /// Continues after the given epochs of an earlier process.
  RunMetrics(std::filesystem::path path, std::vector<EpochRecord> epochs);

  void on_epoch(const EpochRecord& epoch) override;

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write() const;

  std::filesystem::path path_;
  std::vector<EpochRecord> epochs_;
  std::string text_;  ///< content of the file
};

}  // namespace hourglass
