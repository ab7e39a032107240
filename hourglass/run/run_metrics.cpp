#include "hourglass/run/run_metrics.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/base/text.h"
#include "hourglass/run/run_folder.h"

namespace hourglass {

void fields(auto& v, Terms& t) {
  v.needs("loss");
  v.needs("reconstruction");
  v.field("loss", t.loss, NumberOrNull{}, "");
  v.field("reconstruction", t.reconstruction, NumberOrNull{}, "");
  v.others(t.penalties, NumberOrNull{});
}

void fields(auto& v, EpochRecord& e) {
  for (const char* key : {"epoch", "train", "seconds", "samples_per_second"}) v.needs(key);
  v.field("epoch", e.epoch, at_least(1), "");
  v.section("train", e.train);
  v.table("validation", e.validation, "");
  v.table("test", e.test, "");
  v.field("seconds", e.seconds, NumberOrNull{}, "");
  v.field("samples_per_second", e.samples_per_second, NumberOrNull{}, "");
}

std::string epoch_json(const EpochRecord& epoch) { return to_json(epoch); }

std::vector<EpochRecord> parse_epochs(std::string_view text, std::string_view name) {
  std::vector<EpochRecord> epochs;
  for (int line = 1; !text.empty(); ++line) {
    const std::string place = fmt::format("{}, line {}", name, line);
    const size_t end = std::min(text.find('\n'), text.size());
    auto epoch = from_json<EpochRecord>(text.substr(0, end), place, {.null_is_nan = true});
    if (epochs.empty() && epoch.epoch != 1) fail("{}: epoch: expected 1, found {}", place, epoch.epoch);
    if (!epochs.empty() && epoch.epoch != epochs.back().epoch + 1)
      fail("{}: epoch {} follows epoch {}", place, epoch.epoch, epochs.back().epoch);
    epochs.push_back(std::move(epoch));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return epochs;
}

void check_penalties(const std::vector<EpochRecord>& epochs, std::span<const std::string> known,
                     std::string_view name) {
  const auto check = [&](const EpochRecord& epoch, const Terms& terms, std::span<const std::string> expected) {
    for (const auto& [penalty, value] : terms.penalties)
      if (!contains(expected, penalty))
        fail("{}: epoch {}: unknown penalty \"{}\", expected {}", name, epoch.epoch, penalty.substr(0, 60),
             expected.empty() ? "none" : fmt::format("{}", fmt::join(expected, ", ")));
  };
  for (const EpochRecord& epoch : epochs) {
    check(epoch, epoch.train, known);
    for (const auto& held_out : {epoch.validation, epoch.test})
      if (held_out) check(epoch, *held_out, {});
  }
}

RunMetrics::RunMetrics(std::filesystem::path run, std::vector<EpochRecord> epochs)
    : run_(std::move(run)), epochs_(std::move(epochs)) {
  write_all();
}

void RunMetrics::on_epoch(const EpochRecord& epoch) {
  epochs_.push_back(epoch);
  const std::string line = epoch_json(epoch) + "\n";
  if (run_.append(RunFolder::kMetrics, size_, line))
    size_ += line.size();
  else
    write_all();  // another process changed or removed the file
}

void RunMetrics::write_all() {
  std::string text;
  for (const EpochRecord& epoch : epochs_) text += epoch_json(epoch) + "\n";
  run_.write(RunFolder::kMetrics, text);
  size_ = text.size();
}

std::vector<EpochRecord> read_run_metrics(const std::filesystem::path& run, std::span<const std::string> penalties) {
  const FolderFiles files(run);
  if (!files.has(RunFolder::kMetrics)) return {};
  const std::string text = files.read(RunFolder::kMetrics), name = files.path(RunFolder::kMetrics).string();
  auto epochs = parse_epochs(std::string_view(text).substr(0, text.rfind('\n') + 1), name);
  check_penalties(epochs, penalties, name);
  return epochs;
}

}  // namespace hourglass
