#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <variant>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/known.h"

namespace hourglass {

/// A known data set, which is fetched when it is read for the first time.
struct KnownSource {
  const KnownSet* set;

  bool is_fetched() const { return kept_folder(*set).has_value(); }
};

/// A folder with the four files of an MNIST-like data set (kSplitFiles), plain or .gz.
struct IdxFolder {
  std::filesystem::path path;
};

/// A folder of images (image_folder.h).
struct ImageFolder {
  std::filesystem::path path;
};

/// A file that is an array, or one array of a file that contains several (FILE:NAME).
struct ArrayFile {
  enum class Format { idx, npy, npz, safetensors };  ///< idx also if compressed by gzip

  std::string path, member;
  Format format;

  std::string text() const { return member.empty() ? path : path + ":" + member; }
};

/// A text table (table.h).
struct TableFile {
  std::string path;
};

using Source = std::variant<KnownSource, IdxFolder, ImageFolder, ArrayFile, TableFile>;

/// Finds out what `[data] source` or `--data` names: a known data set, a folder, a file or FILE:NAME. A known name has
/// priority over a file of the same name; files are distinguished by their content. Throws Error if it is none of
/// these, with the nearest known name if nothing exists under this name.
Source resolve_source(const std::string& name);

/// Reads a source. Known data sets and folders with parts for training and test give both, all others the training part
/// only. An array of 2, 3 or 4 dimensions contains samples of (D), (1, H, W) or (C, H, W); NaN in it is a missing
/// value. `features` are the columns that a model was trained on, empty if they have no names: a table is read for
/// them. Throws Error naming the file for anything that cannot be read.
DataSplits read_source(const Source& source, const ReadOptions& how = {}, std::span<const std::string> features = {});

/// resolve_source and read_source.
DataSplits open_source(const std::string& name, const ReadOptions& how = {},
                       std::span<const std::string> features = {});

}  // namespace hourglass
