#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/known.h"

namespace hourglass {

/// What `[data] source` or `--data` names.
struct Source {
  /// A data set known by name; a folder with the four files of an MNIST-like data set (kSplitFiles), plain or .gz; a
  /// folder of images (image_folder.h); a text table (table.h); or a file with arrays. Tables, npy and IDX files may be
  /// compressed by gzip, tables and npy files by zstd. "-" and pipes are read once, to a temporary file (spool.h).
  enum class Kind { known, idx_folder, image_folder, table, idx, npy, npz, safetensors };

  std::string name;            ///< a known data set, or the path, with ":MEMBER" for one array of several
  std::filesystem::path path;  ///< of the folder or file, or of the copy of a pipe; empty for a known data set
  Kind kind;
  std::string member = {};          ///< name of the array; empty: the only one
  const KnownSet* known = nullptr;  ///< null for other kinds
};

/// FILE and MEMBER of "FILE:MEMBER" if only FILE exists; else the whole name and an empty member.
std::pair<std::filesystem::path, std::string> split_member(const std::string& name);

/// Finds out what a name stands for. A known data set has priority over a file of the same name; files are
/// distinguished by their first bytes. Throws Error if it is none of these, with the nearest known name if nothing
/// exists under this name.
Source resolve_source(const std::string& name);

/// Reads a source; a known data set is fetched first if necessary. It, and folders with parts for training and test,
/// give both parts, all others the training part only. An array of 2, 3 or 4 dimensions contains samples of (D), (1, H,
/// W), or (C, H, W) in the order that layout.h finds; NaN in it is a missing value. `features` are the columns that a
/// model was trained on, empty if they have no names: a table is read for them. Throws Error naming the file for
/// anything that cannot be read.
DataSplits read_source(const Source& source, const ReadOptions& how = {}, std::span<const std::string> features = {});

/// The content of a table, unpacked. Throws Error as read_source does.
std::string read_table_bytes(const Source& source);

/// resolve_source and read_source.
DataSplits open_source(const std::string& name, const ReadOptions& how = {},
                       std::span<const std::string> features = {});

}  // namespace hourglass
