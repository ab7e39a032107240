#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

using Rooms = std::set<std::string>;

/// Which rooms each room of the library may include; the arrows of HACKING.md, with all that lies below.
const std::map<std::string, Rooms> kAllowed = {
    {"base", {}},
    {"tensor", {"base"}},
    {"nn", {"base", "tensor"}},
    {"data", {"base", "tensor"}},
    {"objective", {"base", "tensor", "nn"}},
    {"optim", {"base", "tensor", "nn"}},
    {"model", {"base", "tensor", "nn", "data"}},
    {"eval", {"base", "tensor", "nn", "data", "model", "objective"}},
    {"train", {"base", "tensor", "nn", "data", "model", "objective", "optim", "eval"}},
    {"report", {"base", "tensor"}},
    {"export", {"base", "tensor", "nn", "data", "model"}},
};

/// What a room may include beside whole rooms: events and results flow to the reports.
const std::map<std::string, std::set<std::string>> kAllowedFiles = {{"report", {"train/events.h", "eval/analysis.h"}}};

struct Include {
  fs::path from;     ///< below hourglass/
  std::string what;  ///< likewise
};

std::vector<Include> includes() {
  const fs::path library = fs::path(HOURGLASS_SOURCE) / "hourglass";
  const std::regex include("^\\s*#\\s*include\\s*\"hourglass/([^\"]+)\".*");
  std::vector<Include> all;
  for (const auto& entry : fs::recursive_directory_iterator(library)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);)
      if (std::regex_match(line, match, include)) all.push_back({fs::relative(entry.path(), library), match[1]});
  }
  return all;
}

std::string room_of(const fs::path& file) { return file.begin()->string(); }

bool may_include(const Include& i) {
  const std::string from = room_of(i.from), to = room_of(i.what);
  if (from == to || kAllowed.at(from).contains(to)) return true;
  const auto files = kAllowedFiles.find(from);
  return files != kAllowedFiles.end() && files->second.contains(i.what);
}

TEST(Layering, EveryRoomIsInTheTable) {
  for (const auto& entry : fs::directory_iterator(fs::path(HOURGLASS_SOURCE) / "hourglass"))
    EXPECT_TRUE(!entry.is_directory() || kAllowed.contains(entry.path().filename())) << entry.path();
}

TEST(Layering, NoArrowRunsUp) {
  const auto all = includes();
  ASSERT_GT(all.size(), 100u) << "the scan finds what there is";
  for (const Include& i : all) EXPECT_TRUE(may_include(i)) << i.from << " includes " << i.what;
}

TEST(Layering, ArithmeticHasOneDoor) {
  for (const Include& i : includes()) {
    const bool behind = i.what.starts_with("tensor/cpu/") || i.what.starts_with("tensor/reference/");
    EXPECT_TRUE(room_of(i.from) == "tensor" || !behind) << i.from << " includes " << i.what << "; use tensor/ops.h";
  }
}

}  // namespace
