#include "hourglass/train/online_trainer.h"

#include "hourglass/base/parallel.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/run/checkpoint_file.h"

namespace hourglass {

double OnlineTrainer::pass(const Dataset& part, int threads, const std::function<bool()>& stop) {
  model_.check_fits(part);
  if (loop_.objective().reconstruction() == Reconstruction::bce) check_unit_interval(part, model_.scaler);
  ThreadChoice fixed(threads > 0 ? threads : available_threads(), 1);
  EpochProgress progress;
  const std::string before = state();
  guard_.snapshot_weights("from before this pass");
  const bool is_finite =
      loop_.run_epoch(part, all_rows(part.rows()), ++passes_, fixed, progress, [&] { return !stop(); });
  if (!is_finite || !guard_.non_finite_tensor().empty()) {
    const std::string message = guard_.restore_weights(passes_, progress.step);
    restore(parse_safetensors(before, "state"), "state");
    throw RuntimeFailure(fmt::format("{}: {}", part.name, message));
  }
  return progress.totals.loss / static_cast<double>(progress.rows);
}

std::string OnlineTrainer::state() {
  std::map<std::string, ConstView> tensors;
  for (const auto& [name, view] : loop_.optimizer().state()) tensors[name] = view;
  return safetensors_bytes(tensors,
                           {{"steps", std::to_string(loop_.steps_done())}, {"passes", std::to_string(passes_)}});
}

void OnlineTrainer::restore(const SafeTensors& state, const std::string& name) {
  const auto count = [&](const char* key) {
    const auto found = state.metadata.find(key);
    const std::string where = fmt::format("{}: metadata \"{}\"", name, key);
    int64_t number = 0;
    read_value(parse_json(found == state.metadata.end() ? "" : found->second, where), "", number, at_least(0));
    return number;
  };
  const int64_t steps = count("steps"), passes = count("passes");
  restore_tensors(state, loop_.optimizer().state(), name);
  loop_.resume(steps);
  passes_ = passes;
}

}  // namespace hourglass
