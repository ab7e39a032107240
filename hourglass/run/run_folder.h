#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "hourglass/base/file_lock.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass {

/// The folder a training run leaves behind: recipe.toml, model.safetensors, metrics.jsonl, checkpoint/, pictures.
/// Every file appears whole: written beside its name, synced, renamed. One process at a time writes to it.
class RunFolder {
 public:
  /// A finished run's pictures; more, of the report, lie in plots/.
  static constexpr std::array kPictures = {"loss.png", "reconstructions.png", "report.html"};

  enum class Existing { refuse, overwrite, resume };

  /// Refuses a folder that another process writes to, that is not empty (unless overwriting or resuming), is no folder,
  /// or cannot be written to. Changes nothing yet but for the lock.
  RunFolder(std::filesystem::path path, Existing existing);

  /// Makes the folder. When overwriting, an earlier run's checkpoints, model and pictures stay until the first
  /// checkpoint of the new one.
  void create();

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& file, std::string_view bytes) const;
  /// Whether the file is there with exactly these bytes.
  bool holds(const std::string& file, std::string_view bytes) const;

  /// Writes model.safetensors, unless it holds these bytes. Pictures of another model go first.
  void write_model(std::string_view bytes) const;
  /// Keeps two generations, so that there is always a whole one.
  void write_checkpoint(std::string_view bytes);
  struct Checkpoint {
    std::string name;
    SafeTensors content;
  };
  /// The newest checkpoint that can be read; `problems` receives a sentence for each that cannot.
  std::optional<Checkpoint> read_checkpoint(std::string& problems) const;

 private:
  void remove_pictures() const;

  std::filesystem::path path_;
  Existing existing_;
  std::optional<FileLock> lock_;
};

}  // namespace hourglass
