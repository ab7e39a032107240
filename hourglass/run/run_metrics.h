#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// Writes metrics.jsonl: one line per epoch, on disk before the checkpoint of the epoch.
class RunMetrics final : public RunListener {
 public:
  /// Writes a file with exactly the given epochs, those of the checkpoint that a run resumes from.
  RunMetrics(std::filesystem::path path, std::vector<EpochRecord> epochs);

  void on_epoch(const EpochRecord& epoch) override;

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write_all();

  std::filesystem::path path_;
  std::vector<EpochRecord> epochs_;
  uint64_t size_ = 0;  ///< bytes written to the file
};

/// Reads metrics.jsonl of a run folder; no epochs if there is no such file. An incomplete last line, left by a killed
/// process, is ignored. Throws Error as parse_epochs does.
std::vector<EpochRecord> read_run_metrics(const std::filesystem::path& run);

}  // namespace hourglass
