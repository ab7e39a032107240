#include "hourglass/run/run_metrics.h"

#include "hourglass/base/file.h"
#include "hourglass/run/jsonl.h"

namespace hourglass {

RunMetrics::RunMetrics(std::filesystem::path path, std::vector<EpochRecord> epochs)
    : path_(std::move(path)), epochs_(std::move(epochs)) {
  write_all();
}

void RunMetrics::on_epoch(const EpochRecord& epoch) {
  epochs_.push_back(epoch);
  const std::string line = epoch_json(epoch) + "\n";
  if (append_to_file(path_, size_, line))
    size_ += line.size();
  else
    write_all();  // another process changed or removed the file
}

void RunMetrics::write_all() {
  std::string text;
  for (const EpochRecord& epoch : epochs_) text += epoch_json(epoch) + "\n";
  write_file_atomically(path_, text);
  size_ = text.size();
}

std::vector<EpochRecord> read_run_metrics(const std::filesystem::path& run) {
  const auto file = run / "metrics.jsonl";
  if (!std::filesystem::exists(file)) return {};
  const std::string text = read_file(file);
  return parse_epochs(std::string_view(text).substr(0, text.rfind('\n') + 1), file.string());
}

}  // namespace hourglass
