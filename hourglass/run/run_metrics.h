#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/folder_files.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Writes an epoch as one line of metrics.jsonl, without the newline:
/// `{"epoch":1,"train":{"loss":…,"reconstruction":…,"contractive":…},"test":{…},"seconds":…,"samples_per_second":…}`.
/// Doubles are exact; a value that is not finite becomes null.
std::string epoch_json(const EpochRecord& epoch);

/// Parses lines of epoch_json; null becomes NaN, and the order of the penalties is kept. Throws Error with `name` and
/// line number for an unknown, missing or repeated key, a wrong type, or epochs other than 1, 2, 3, ….
std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name);

/// Throws Error with `name`, the epoch and the penalty if the epochs have other penalties than `known`, those of the
/// run's recipe, or any in their validation and test parts.
void check_penalties(const std::vector<EpochRecord>& epochs, std::span<const std::string> known, std::string_view name);

/// Writes metrics.jsonl: one line per epoch, on disk before the checkpoint of the epoch.
class RunMetrics final : public RunListener {
 public:
  /// Writes the file of a run folder with exactly the given epochs, those of the checkpoint that a run resumes from.
  RunMetrics(std::filesystem::path run, std::vector<EpochRecord> epochs);

  void on_epoch(const EpochRecord& epoch) override;

  const std::vector<EpochRecord>& epochs() const { return epochs_; }

 private:
  void write_all();

  FolderFiles run_;
  std::vector<EpochRecord> epochs_;
  uint64_t size_ = 0;  ///< bytes written to the file
};

/// Reads metrics.jsonl of a run folder; no epochs if there is no such file. An incomplete last line, left by a killed
/// process, is ignored. Throws Error as parse_epochs and check_penalties do.
std::vector<EpochRecord> read_run_metrics(const std::filesystem::path& run, std::span<const std::string> penalties);

}  // namespace hourglass
