#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hourglass/base/file_lock.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass {

/// Output folder of a training run: recipe.toml, model.safetensors, metrics.jsonl, checkpoint/, plots. Files are
/// written atomically (temporary file, fsync, rename); metrics.jsonl is appended to. Only one process at a time may
/// write to it.
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

  /// Locks the folder and changes nothing else. Throws Error if another process writes to it, if it is not empty
  /// (unless overwriting or resuming), is not a folder, or is not writable.
  RunFolder(std::filesystem::path path, Existing existing);

  /// Creates the folder. When overwriting, checkpoints, model and plots of the previous run stay until the first
  /// checkpoint of the new one.
  void create();

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& file, std::string_view bytes) const;
  /// True if the file exists and has exactly these bytes.
  bool holds(const std::string& file, std::string_view bytes) const;
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
  void remove_report() const;

  std::filesystem::path path_;
  Existing existing_;
  std::optional<FileLock> lock_;
};

}  // namespace hourglass
