#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/run/events.h"

namespace hourglass {

/// Writes an epoch as one line of metrics.jsonl, without the newline:
/// `{"epoch":1,"train":{"loss":…,"reconstruction":…,"contractive":…},"test":{…},"seconds":…,"samples_per_second":…}`.
/// Doubles are exact; a value that is not finite becomes null.
std::string epoch_json(const EpochRecord& epoch);

/// Parses lines of epoch_json; null becomes NaN, and the order of the penalties is kept. Throws Error with `name` and
/// line number for an unknown, missing or repeated key, a wrong type, or an epoch out of order.
std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name);

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
