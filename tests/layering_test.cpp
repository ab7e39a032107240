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

using Modules = std::set<std::string>;

/// What each module of hourglass/ may include beside itself, everything below it named.
const std::map<std::string, Modules> kAllowed = {
    {"base", {}},
    {"tensor", {"base"}},
    {"data", {"base", "tensor"}},
    {"nn", {"base", "tensor"}},
    {"optim", {"base", "tensor"}},
    {"objective", {"base", "tensor", "nn"}},
    {"recipe", {"base", "tensor", "data", "nn", "optim", "objective"}},
    {"run", {"base", "tensor", "data"}},
    {"model", {"base", "tensor", "data", "nn", "objective", "optim", "recipe"}},
    {"export", {"base", "tensor", "data", "nn", "objective", "optim", "recipe", "model"}},
    {"train", {"base", "tensor", "data", "nn", "objective", "optim", "recipe", "model", "run"}},
    {"eval", {"base", "tensor", "data", "nn", "objective", "optim", "recipe", "model"}},
    {"report", {"base", "tensor", "data", "nn", "objective", "optim", "recipe", "model", "run", "eval"}},
    {"app",
     {"base", "tensor", "data", "nn", "objective", "optim", "recipe", "model", "run", "export", "train", "eval",
      "report"}},
};

/// What the sources of each front end may include of hourglass/. The program may include everything.
const std::map<std::string, Modules> kFrontEnds = {
    {"api", {"base", "model", "app"}},
    {"bindings/python", {"base", "tensor", "data", "recipe", "model", "run", "train", "app"}},
};

/// Third-party headers by the first part of their path, and the modules that may include them.
const std::map<std::string, Modules> kThirdParty = {
    {"dnnl.hpp", {"tensor"}},
    {"hwy", {"tensor"}},
    {"Eigen", {"eval", "nn"}},
    {"onnx", {"export"}},
    {"png.h", {"data"}},
    {"jpeglib.h", {"data"}},
    {"zip.h", {"data"}},
    {"zlib.h", {"data"}},
    {"Random123", {"base"}},
    {"omp.h", {"base"}},
    {"toml++", {"base"}},
    {"openssl", {"base", "report"}},
    {"nlohmann", {"base", "train", "app"}},
    {"CLI", {}},
};

struct Include {
  fs::path from;     ///< below the folder scanned
  std::string what;  ///< below hourglass/
};

/// The lines below a folder of the source tree that match `pattern`: the file, and the pattern's group.
std::vector<Include> lines_with(const std::string& folder, const std::regex& pattern) {
  const fs::path root = fs::path(HOURGLASS_SOURCE) / folder;
  std::vector<Include> all;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::smatch match;
    for (std::string line; std::getline(file, line);)
      if (std::regex_match(line, match, pattern)) all.push_back({fs::relative(entry.path(), root), match[1]});
  }
  return all;
}

/// Includes below a folder. `quoted` matches what follows #include: by default a file of a module; the C interface's
/// own header, hourglass/hourglass.h, is none.
std::vector<Include> includes(const std::string& folder = "hourglass",
                              const std::string& quoted = "\"hourglass/([^\"/]+/[^\"]+)\"") {
  return lines_with(folder, std::regex("^\\s*#\\s*include\\s*" + quoted + ".*"));
}

std::string module_of(const fs::path& file) { return file.begin()->string(); }

bool may_include(const Include& i) {
  const std::string from = module_of(i.from), to = module_of(i.what);
  return from == to || kAllowed.at(from).contains(to);
}

TEST(Layering, EveryModuleIsInTheTable) {
  for (const auto& entry : fs::directory_iterator(fs::path(HOURGLASS_SOURCE) / "hourglass"))
    EXPECT_TRUE(!entry.is_directory() || kAllowed.contains(entry.path().filename())) << entry.path();
}

TEST(Layering, NoDependencyPointsUpwards) {
  const auto all = includes();
  ASSERT_GT(all.size(), 100u) << "the scan finds what there is";
  for (const Include& i : all) EXPECT_TRUE(may_include(i)) << i.from << " includes " << i.what;
}

TEST(Layering, ThirdPartyHeadersStayInTheirModules) {
  size_t found = 0;
  for (const Include& i : includes("hourglass", "<([^>]+)>")) {
    const auto known = kThirdParty.find(fs::path(i.what).begin()->string());
    if (known == kThirdParty.end() || i.from.string().ends_with("_test.cpp")) continue;
    ++found;
    EXPECT_TRUE(known->second.contains(module_of(i.from))) << i.from << " includes " << i.what;
  }
  EXPECT_GT(found, 10u) << "the scan finds what there is";
}

TEST(Layering, FrontEndsIncludeOnlyTheirModules) {
  for (const auto& [folder, allowed] : kFrontEnds) {
    const auto all = includes(folder);
    ASSERT_FALSE(all.empty()) << folder;
    for (const Include& i : all)
      EXPECT_TRUE(allowed.contains(module_of(i.what))) << folder / i.from << " includes " << i.what;
  }
}

TEST(Layering, NoModuleIncludesAFrontEnd) {
  const std::regex include("^\\s*#\\s*include\\s*[\"<](cli|api|bindings)/.*");
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(HOURGLASS_SOURCE) / "hourglass")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) EXPECT_FALSE(std::regex_match(line, include)) << entry.path();
  }
}

TEST(Layering, ArithmeticGoesThroughOps) {
  for (const Include& i : includes()) {
    const bool behind = i.what.starts_with("tensor/cpu/") || i.what.starts_with("tensor/reference/");
    EXPECT_TRUE(module_of(i.from) == "tensor" || !behind) << i.from << " includes " << i.what << "; use tensor/ops.h";
  }
}

/// Everything that reaches a terminal is made printable in these files.
TEST(Layering, OnlyOneFilePrints) {
  const std::regex printing(R"((.*\b(?:fmt::v?print|std::(?:cout|clog)|printf|fputs|fputc|fwrite|puts|putchar)\b.*))");
  const std::set<std::string> allowed = {"output.cpp", "help/completion.cpp"};  // the second has a shell's printf
  size_t found = 0;
  for (const auto& [file, line] : lines_with("cli", printing)) {
    ++found;
    EXPECT_TRUE(allowed.contains(file.string())) << "cli" / file << ": " << line << "; use cli/output.h";
  }
  EXPECT_GT(found, 1u) << "the scan finds what there is";
}

/// A path may hold bytes that are not UTF-8, for which nlohmann's dump() throws an exception of its own.
TEST(Layering, JsonIsWrittenByTwoFunctions) {
  const std::set<std::string> allowed = {"base/schema/json.cpp", "base/schema/json_line.h"};
  const std::regex dump(R"((.*\.dump\(.*))");
  const auto all = lines_with("hourglass", dump);
  EXPECT_EQ(all.size(), 2u) << "the scan finds what there is";
  for (const auto& [file, line] : all) EXPECT_TRUE(allowed.contains(file.string())) << file << ": " << line;
  for (const auto& [file, line] : lines_with("cli", dump)) ADD_FAILURE() << "cli" / file << ": " << line;
}

/// A pass may run on any device, so what takes part in it has no elements of its own to loop over.
TEST(Layering, ElementsAreReadThroughOpsOrVisit) {
  const Modules parts_of_a_pass = {"nn", "objective", "optim", "train"};
  const auto all = lines_with("hourglass", std::regex("(.*[.]as<(?:float|double)>.*)"));
  ASSERT_GT(all.size(), 100u) << "the scan finds what there is";
  for (const auto& [file, line] : all) {
    const bool allowed = file.string().ends_with("_test.cpp") || line.find("to_host") != std::string::npos;
    EXPECT_TRUE(allowed || !parts_of_a_pass.contains(module_of(file))) << file << ": " << line;
  }
}

}  // namespace
