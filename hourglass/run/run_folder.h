#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/base/file_lock.h"
#include "hourglass/base/folder_files.h"
#include "hourglass/base/new_folder.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass {

/// Output folder of a training run: recipe.toml, model.safetensors, metrics.jsonl, checkpoint/, plots. Files are
/// written atomically (temporary file, fsync, rename); metrics.jsonl is appended to. Only one process at a time may
/// write to it. Its content may come from another user: files are opened as FolderFiles opens them, and only files of
/// the names that a run writes are replaced or deleted.
class RunFolder {
 public:
  static constexpr const char* kRecipe = "recipe.toml";
  static constexpr const char* kModel = "model.safetensors";
  static constexpr const char* kMetrics = "metrics.jsonl";
  /// Report of a finished run; the folder plots/ has its charts and images.
  static constexpr std::array kReportFiles = {"loss.png", "reconstructions.png", "report.html"};

  enum class Existing { refuse, overwrite, resume };

  /// True if the folder has a run's recipe or a checkpoint, so that there is something to resume.
  static bool is_run(const std::filesystem::path& path);
  /// The command that resumes the run in a folder, for messages.
  static std::string resume_command(const std::filesystem::path& path);
  /// Whether a figure of a run's report may have this name, without extension: "loss", "penalty-sparse_kl".
  static bool is_figure(std::string_view name);

  /// Makes the folder, locks it, and only then looks at it. The folder is deleted again unless create() is called or
  /// something is in it. Throws Error if another process writes to it, if it is not a folder or not writable, if a
  /// link, pipe or device has the name of one of a run's files, or if it holds anything: when resuming that is allowed,
  /// when overwriting if it is a run.
  RunFolder(std::filesystem::path path, Existing existing);

  /// Prepares the folder for a run. When overwriting, checkpoints, model and plots of the previous run stay until the
  /// first checkpoint of the new one.
  void create();
  /// Throws Error with `problems` if a run that begins anew here would replace more than what a run leaves that ended
  /// before its first checkpoint: that has at most `epochs` lines of metrics. An empty folder is accepted.
  void check_may_begin_anew(const std::string& problems, int64_t epochs) const;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& file, std::string_view bytes) const { files_.write(file, bytes); }
  /// True if the file exists and has exactly these bytes.
  bool holds(const std::string& file, std::string_view bytes) const { return files_.holds(file, bytes); }
  /// True if all of kReportFiles exist.
  bool has_report() const;

  /// The files that drawing the report replaces: kReportFiles and what is in plots/ now.
  std::vector<std::filesystem::path> report_files() const;
  /// The files that a training replaces or deletes, those of the report and of checkpoint/ among them.
  std::vector<std::filesystem::path> training_files() const;

  /// Writes model.safetensors unless it has these bytes already; first deletes plots of another model.
  void write_model(std::string_view bytes) const;
  /// Writes checkpoint/newest.safetensors and keeps the previous one, so that at least one is always complete.
  void write_checkpoint(std::string_view bytes);
  struct Checkpoint {
    std::string name;
    SafeTensors content;
  };
  /// Reads the newest undamaged checkpoint; `problems` receives a sentence for each damaged one.
  std::optional<Checkpoint> read_checkpoint(std::string& problems) const;

 private:
  void check_content() const;
  bool has_run() const;
  std::vector<std::string> present(const std::vector<std::string>& names) const;
  std::vector<std::string> entries() const;
  std::vector<std::string> figures() const;
  void remove_report() const;

  std::filesystem::path path_;
  FolderFiles files_;
  Existing existing_;
  std::optional<NewFolder> folder_;
  std::optional<FileLock> lock_;
};

}  // namespace hourglass
