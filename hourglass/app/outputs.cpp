#include "hourglass/app/outputs.h"

#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <utility>

#include "hourglass/app/shipped.h"
#include "hourglass/base/text.h"
#include "hourglass/data/source_files.h"
#include "hourglass/run/run_folder.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

using FileId = std::pair<dev_t, ino_t>;

std::optional<FileId> id_of(const fs::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? std::optional(FileId{info.st_dev, info.st_ino}) : std::nullopt;
}

}  // namespace

Files files_of_model(const std::string& name_or_path) {
  std::error_code ignored;
  if (fs::is_directory(name_or_path, ignored)) return {fs::path(name_or_path) / RunFolder::kModel};
  if (fs::exists(name_or_path, ignored)) return {name_or_path};
  if (!contains(shipped_models(), name_or_path)) return {};
  const fs::path weights = shipped_model_card(name_or_path).weights;
  return {weights, fs::path(weights).replace_extension(".toml")};
}

Files files_of(const std::vector<std::string>& models, const TrainedModel& first, const DataRequest& data) {
  Files files;
  for (const std::string& source : {source_of(first, data), data.test, first.recipe.data.test.text})
    if (!source.empty()) std::ranges::move(files_of_source(source), std::back_inserter(files));
  for (const std::string& model : models) std::ranges::move(files_of_model(model), std::back_inserter(files));
  return files;
}

void refuse_overwriting(const Files& outputs, const Files& read) {
  std::map<FileId, fs::path> existing;
  for (const fs::path& output : outputs)
    if (const auto id = id_of(output)) existing.emplace(*id, output);
  if (existing.empty()) return;
  for (const fs::path& file : read) {
    const auto id = id_of(file);
    const auto found = id ? existing.find(*id) : existing.end();
    if (found == existing.end()) continue;
    const fs::path& output = found->second;
    fail("{}: {}, so it cannot be written; choose another place for the output", output.string(),
         output == file ? "is being read" : fmt::format("is the same file as {}, which is being read", file.string()));
  }
}

void check_output(const std::string& path, const std::vector<std::string>& endings, const Files& read) {
  const std::string ending = fs::path(path).extension().string();
  if (!contains(endings, ending))
    fail("{}: unknown ending \"{}\", expected one of {}", path, ending, fmt::join(endings, ", "));
  const auto folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::is_directory(folder)) fail("{}: no folder {}", path, folder.string());
  refuse_overwriting({path}, read);
}

void check_output(const std::string& path, const std::vector<std::string>& endings,
                  const std::vector<std::string>& models, const TrainedModel& first, const DataRequest& data) {
  check_output(path, endings, files_of(models, first, data));
  if (!data.keep.empty() && !path.ends_with(".csv")) fail("{}: --keep needs an output that ends in .csv", path);
}

}  // namespace hourglass
