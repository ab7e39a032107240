#include "hourglass/run/run_metrics.h"

#include "hourglass/base/file.h"
#include "hourglass/run/jsonl.h"

namespace hourglass {

RunMetrics::RunMetrics(std::filesystem::path path, std::vector<EpochRecord> epochs)
    : path_(std::move(path)), epochs_(std::move(epochs)) {
  for (const EpochRecord& epoch : epochs_) text_ += epoch_json(epoch) + "\n";
  write();
}

void RunMetrics::on_epoch(const EpochRecord& epoch) {
  epochs_.push_back(epoch);
  text_ += epoch_json(epoch) + "\n";
  write();
}

void RunMetrics::write() const { write_file_atomically(path_, text_); }

}  // namespace hourglass
