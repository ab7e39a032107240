#include "hourglass/report/run_metrics.h"

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/report/jsonl.h"

namespace hourglass {

RunMetrics::RunMetrics(std::filesystem::path path, int64_t epochs) : path_(std::move(path)) {
  if (epochs > 0) epochs_ = parse_epochs(read_file(path_), path_.string());
  if (static_cast<int64_t>(epochs_.size()) < epochs)
    fail("{}: holds {} epochs, the checkpoint stands after {}", path_.string(), epochs_.size(), epochs);
  epochs_.resize(epochs);
  write();
}

void RunMetrics::on_epoch(const EpochRecord& epoch) {
  epochs_.push_back(epoch);
  write();
}

void RunMetrics::write() const {
  std::string text;
  for (const EpochRecord& epoch : epochs_) text += epoch_json(epoch) + "\n";
  write_file_atomically(path_, text);
}

}  // namespace hourglass
