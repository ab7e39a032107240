#include "hourglass/run/run_folder.h"

#include <unistd.h>

#include <algorithm>
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
constexpr const char* kNext = "checkpoint/next.safetensors";
constexpr const char* kNewest = "checkpoint/newest.safetensors";
constexpr const char* kPrevious = "checkpoint/previous.safetensors";

/// Checks that the nearest existing parent folder is writable.
void need_writable(const fs::path& path) {
  fs::path existing = fs::absolute(path);
  while (!fs::exists(existing) && existing.has_relative_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing)) fail("{}: is a file, expected a folder", existing.string());
  if (access(existing.c_str(), W_OK | X_OK) != 0) fail("{}: no permission to write here", existing.string());
}

}  // namespace

RunFolder::RunFolder(fs::path path, Existing existing) : path_(std::move(path)), existing_(existing) {
  need_writable(path_);
  if (!fs::exists(path_)) return;
  const bool refuse = existing == Existing::refuse;
  if (!refuse || fs::exists(path_ / kLock)) lock_.emplace(path_ / kLock);
  if (refuse && !fs::is_empty(path_))
    fail("{}: the output folder is not empty; {}replace it with --overwrite, or choose another --output-dir",
         path_.string(), is_run(path_) ? fmt::format("continue its run with: {}; or ", resume_command(path_)) : "");
}

bool RunFolder::is_run(const fs::path& path) {
  return std::ranges::any_of(std::array{kRecipe, kNext, kNewest, kPrevious},
                             [&](const char* file) { return fs::exists(path / file); });
}

std::string RunFolder::resume_command(const fs::path& path) {
  return "hourglass train --resume " + shell_path(path.string());
}

void RunFolder::create() {
  std::error_code error;
  fs::create_directories(path_ / "checkpoint", error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot make this folder: {}", path_.string(), error.message()));
  if (!lock_) lock_.emplace(path_ / kLock);
  for (const char* folder : {"", "checkpoint", "plots"}) remove_temporaries(path_ / folder);
}

void RunFolder::write(const std::string& file, std::string_view bytes) const {
  write_file_atomically(path_ / file, bytes);
}

bool RunFolder::holds(const std::string& file, std::string_view bytes) const { return file_holds(path_ / file, bytes); }

bool RunFolder::has_report() const {
  return std::ranges::all_of(kReportFiles, [&](const char* file) { return fs::exists(path_ / file); });
}

std::vector<fs::path> RunFolder::report_files() const {
  std::vector<fs::path> files = files_below(path_ / "plots");
  for (const char* name : kReportFiles) files.push_back(path_ / name);
  return files;
}

std::vector<fs::path> RunFolder::training_files() const {
  std::vector<fs::path> files = report_files();
  std::ranges::move(files_below(path_ / "checkpoint"), std::back_inserter(files));
  for (const char* name : {kRecipe, kModel, kMetrics}) files.push_back(path_ / name);
  return files;
}

void RunFolder::remove_report() const {
  std::error_code ignored;
  for (const char* name : kReportFiles) fs::remove(path_ / name, ignored);
  fs::remove_all(path_ / "plots", ignored);
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
    for (const char* name : {kNewest, kPrevious, kModel}) fs::remove(path_ / name, error);
    remove_report();
  }
  fs::rename(path_ / kNewest, path_ / kPrevious, error);  // the first time there is none
  fs::rename(path_ / kNext, path_ / kNewest, error);
  if (error) cannot_write(path_ / kNewest, error.value());
}

std::optional<RunFolder::Checkpoint> RunFolder::read_checkpoint(std::string& problems) const {
  for (const char* file : {kNext, kNewest, kPrevious}) {
    if (!fs::exists(path_ / file)) continue;
    const std::string name = (path_ / file).string();
    try {
      return Checkpoint{name, parse_checkpoint(read_file(path_ / file), name)};
    } catch (const Error& e) {
      problems += fmt::format("{}; ", e.what());
    }
  }
  return std::nullopt;
}

}  // namespace hourglass
