#include "hourglass/run/run_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <system_error>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/run/checkpoint_file.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLock = ".lock";
constexpr const char* kCheckpoints = "checkpoint";
constexpr const char* kPlots = "plots";
constexpr const char* kNext = "checkpoint/next.safetensors";
constexpr const char* kNewest = "checkpoint/newest.safetensors";
constexpr const char* kPrevious = "checkpoint/previous.safetensors";

/// The names of figures, and how those begin that end with the name of a penalty.
constexpr std::string_view kFigures[] = {"loss",
                                         "reconstructions-best",
                                         "reconstructions-typical",
                                         "reconstructions-worst",
                                         "reconstructions-corrupted",
                                         "feature-error",
                                         "traversals",
                                         "top-inputs",
                                         "filters",
                                         "atoms",
                                         "activations",
                                         "mean-activation",
                                         "map",
                                         "unit-kl",
                                         "prior-samples",
                                         "manifold",
                                         "spectrum",
                                         "contraction-curve",
                                         "scores",
                                         "step-scores",
                                         "step-values"};
constexpr std::string_view kPenaltyFigure = "penalty-";

constexpr size_t kNamesShown = 5;

/// Checks that the nearest existing parent folder is writable.
void need_writable(const fs::path& path) {
  fs::path existing = fs::absolute(path);
  while (!fs::exists(existing) && existing.has_relative_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing)) fail("{}: is a file, expected a folder", existing.string());
  if (access(existing.c_str(), W_OK | X_OK) != 0) fail("{}: no permission to write here", existing.string());
}

/// The names of all that is in a folder, in alphabetical order.
std::vector<fs::path> names_in(const fs::path& folder) {
  std::vector<fs::path> names;
  std::error_code error;
  const fs::directory_iterator end;
  for (fs::directory_iterator entry(folder, error); !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename());
  if (error) cannot_read(folder, error.value());
  std::ranges::sort(names);
  return names;
}

}  // namespace

RunFolder::RunFolder(fs::path path, Existing existing) : path_(std::move(path)), files_(path_), existing_(existing) {
  need_writable(path_);
  folder_.emplace(path_);
  lock_.emplace(path_ / kLock);
  check_content();
}

void RunFolder::check_content() const {
  const std::vector<std::string> found = entries();
  if (existing_ == Existing::refuse && !found.empty())
    fail("{}: the output folder is not empty; {}replace it with --overwrite, or choose another --output-dir",
         path_.string(), is_run(path_) ? fmt::format("continue its run with: {}; or ", resume_command(path_)) : "");
  // These throw where anything but a file has the name of one.
  present({kRecipe, kModel, kMetrics, kNext, kNewest, kPrevious});
  present({kReportFiles.begin(), kReportFiles.end()});
  present(figures());
  if (existing_ == Existing::overwrite && !found.empty() && !has_run())
    fail(
        "{}: the folder holds no run, but {}; --overwrite replaces a run only: choose another --output-dir, or empty "
        "the folder first",
        path_.string(), listed(found, kNamesShown));
}

bool RunFolder::is_run(const fs::path& path) {
  return std::ranges::any_of(std::array{kRecipe, kNext, kNewest, kPrevious},
                             [&](const char* file) { return fs::exists(path / file); });
}

/// A recipe alone may be the user's own.
bool RunFolder::has_run() const {
  const bool has_results = files_.has(kMetrics) || files_.has(kModel) || files_.has_folder(kCheckpoints);
  return !present({kNext, kNewest, kPrevious}).empty() || (files_.has(kRecipe) && has_results);
}

bool RunFolder::is_figure(std::string_view name) {
  if (!name.starts_with(kPenaltyFigure)) return std::ranges::find(kFigures, name) != std::end(kFigures);
  name.remove_prefix(kPenaltyFigure.size());
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string RunFolder::resume_command(const fs::path& path) {
  return "hourglass train --resume " + shell_path(path.string());
}

void RunFolder::create() {
  folder_->keep();
  files_.make_folder(kCheckpoints);  // before the recipe: without it a recipe is the user's own
  for (const char* folder : {"", kCheckpoints, kPlots}) remove_temporaries(path_ / folder);
}

void RunFolder::check_may_begin_anew(const std::string& problems, int64_t epochs) const {
  std::vector<std::string> lost = present({kNext, kNewest, kPrevious, kModel});
  const std::string metrics = files_.has(kMetrics) ? files_.read(kMetrics) : "";
  const auto lines = std::ranges::count(metrics, '\n');
  if (lines > epochs) lost.push_back(fmt::format("{} ({} epoch{})", kMetrics, lines, lines == 1 ? "" : "s"));
  std::ranges::move(present({kReportFiles.begin(), kReportFiles.end()}), std::back_inserter(lost));
  std::ranges::move(figures(), std::back_inserter(lost));
  if (lost.empty() && !files_.has_folder(kCheckpoints)) lost = entries();
  if (lost.empty()) return;
  fail(
      "{}{}: there is no checkpoint to resume from, and a run that begins anew would replace or mix with {}; put a "
      "checkpoint back, begin anew with --overwrite, or choose another --output-dir",
      problems, path_.string(), listed(lost, kNamesShown));
}

bool RunFolder::has_report() const {
  return std::ranges::all_of(kReportFiles, [&](const char* file) { return files_.has(file); });
}

std::vector<fs::path> RunFolder::report_files() const {
  std::vector<fs::path> files = files_below(path_ / kPlots);
  for (const char* name : kReportFiles) files.push_back(path_ / name);
  return files;
}

std::vector<fs::path> RunFolder::training_files() const {
  std::vector<fs::path> files = report_files();
  std::ranges::move(files_below(path_ / kCheckpoints), std::back_inserter(files));
  for (const char* name : {kRecipe, kModel, kMetrics}) files.push_back(path_ / name);
  return files;
}

/// Those of the files that exist; throws Error if anything but a file has one of the names.
std::vector<std::string> RunFolder::present(const std::vector<std::string>& names) const {
  std::vector<std::string> found;
  std::ranges::copy_if(names, std::back_inserter(found), [&](const std::string& name) { return files_.has(name); });
  return found;
}

/// What the folder holds, without the lock and temporary files.
std::vector<std::string> RunFolder::entries() const {
  std::vector<std::string> names;
  for (const fs::path& file : names_in(path_))
    if (const std::string name = file.string(); name != kLock && !is_temporary_name(name)) names.push_back(name);
  return names;
}

/// The files in plots/ that have names of figures.
std::vector<std::string> RunFolder::figures() const {
  const auto is_drawn = [](const fs::path& file) {
    return (file.extension() == ".png" || file.extension() == ".svg") && is_figure(file.stem().string());
  };
  std::vector<std::string> names;
  if (!files_.has_folder(kPlots)) return names;
  for (const fs::path& file : names_in(path_ / kPlots))
    if (is_drawn(file)) names.push_back((kPlots / file).string());
  return names;
}

void RunFolder::remove_report() const {
  for (const char* name : kReportFiles) files_.remove(name);
  for (const std::string& name : figures()) files_.remove(name);
  ::rmdir((path_ / kPlots).c_str());  // fails where anything else is in it
}

void RunFolder::write_model(std::string_view bytes) const {
  if (holds(kModel, bytes)) return;
  remove_report();
  write(kModel, bytes);
}

void RunFolder::write_checkpoint(std::string_view bytes) {
  write(kNext, bytes);  // whole before it replaces anything: the newest may be damaged
  std::error_code error;
  if (std::exchange(existing_, Existing::resume) == Existing::overwrite) {
    for (const char* name : {kNewest, kPrevious, kModel}) files_.remove(name);
    remove_report();
  }
  fs::rename(path_ / kNewest, path_ / kPrevious, error);  // the first time there is none
  fs::rename(path_ / kNext, path_ / kNewest, error);
  if (error) cannot_write(path_ / kNewest, error.value());
}

std::optional<RunFolder::Checkpoint> RunFolder::read_checkpoint(std::string& problems) const {
  for (const char* file : {kNext, kNewest, kPrevious}) try {
      if (!files_.has(file)) continue;
      const std::string name = files_.path(file).string();
      return Checkpoint{name, parse_checkpoint(files_.read(file), name)};
    } catch (const Error& e) {
      problems += fmt::format("{}; ", e.what());
    }
  return std::nullopt;
}

}  // namespace hourglass
