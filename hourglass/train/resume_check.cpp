#include "hourglass/train/resume_check.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "hourglass/base/text.h"
#include "hourglass/recipe/difference.h"
#include "hourglass/run/run_folder.h"

namespace hourglass {

namespace {

/// How to train on from the weights of a run in another one.
std::string new_run_from(const std::filesystem::path& run) {
  return fmt::format("to start a new run from its weights, add --init {} and another --output-dir",
                     shell_path((run / RunFolder::kModel).string()));
}

void equalise_end(const Recipe& now, Recipe& saved) {
  saved.train.epochs = now.train.epochs;
  auto& stopping = saved.train.early_stopping;
  if (stopping && now.train.early_stopping && now.train.early_stopping->patience > stopping->patience)
    stopping->patience = now.train.early_stopping->patience;
}

}  // namespace

void check_resumable(const Recipe& saved, const Recipe& now, bool same_data, const std::string& checkpoint) {
  const auto run = std::filesystem::path(checkpoint).parent_path().parent_path();
  Recipe other = saved;
  other.train.checkpoint = now.train.checkpoint;
  if (same_data) {
    other.data.source = now.data.source;
    if (!saved.data.test.text.empty() && !now.data.test.text.empty()) other.data.test = now.data.test;
  }
  equalise_end(now, other);
  if (const auto differences = recipe_differences(other, now); !differences.empty()) {
    std::string list;
    for (const auto& [key, before, after] : recipe_differences(saved, now))
      list += fmt::format("\n  {}: {} in the run, now {}", key, before, after);
    fail("{}: the run was made with another recipe:{}\nTo continue it with its own: {}; {}; to replace it: --overwrite",
         checkpoint, list, RunFolder::resume_command(run), new_run_from(run));
  }
  if (const auto keys = keys_that_depend_on_epochs(now); saved.train.epochs != now.train.epochs && !keys.empty())
    fail(
        "{}: train.epochs is {} in the run, now {}, but {} depends on the number of epochs: a run of {} epochs would "
        "have differed from its first step on; {}",
        checkpoint, saved.train.epochs, now.train.epochs, fmt::join(keys, " and "), now.train.epochs,
        new_run_from(run));
}

std::string note_of_arithmetic(const std::map<std::string, std::string>& metadata, const std::string& here) {
  const auto saved = metadata.find(kArithmetic);
  if (saved == metadata.end() || saved->second == here) return "";
  return fmt::format(
      "the run was trained with {}; here it continues with {}, and the result is not bit for bit that of an "
      "uninterrupted run",
      saved->second, here);
}

}  // namespace hourglass
