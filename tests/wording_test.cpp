#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <compare>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// Phrases that sources and pages do not use. They are matched as whole words, also within identifiers and across
/// lines.
struct RetiredWord {
  std::vector<std::string> phrases;
  std::string instead;                       ///< the words to use
  std::vector<std::string> unless = {};      ///< longer phrases that are allowed
  std::vector<std::string> allowed_in = {};  ///< files and folders that may use the phrases
};

const std::vector<RetiredWord> kRetired = {
    {{"to the bit", "to the very bit"}, "bit-identical, bit-exact"},
    {{"failure of the world", "fault of the world", "the world s"}, "runtime failure, I/O"},
    {{"as pay", "threads pay", "as many as are", "really there"}, "the fastest number, all available cores"},
    {{"dear", "dearest"}, "expensive, cost"},
    {{"trail", "trails"}, "VJP tape"},
    {{"nobody", "anybody", "somebody", "stranger", "strangers"}, "the caller, another process, a user"},
    {{"mind"}, "warning"},
    {{"room", "rooms", "house", "door", "doors"}, "module, memory, space"},
    {{"watch", "watches", "watched", "watching"}, "monitors, applies to, is penalised"},
    {{"lane", "lanes"}, "micro-batch", {"simd lane", "simd lanes", "conv lanes"}, {"hourglass/tensor"}},
    {{"route", "routes"}, "method", {}, {"cli/info.cpp", "tests/cli/use_test.cpp"}},  // a key of `info --json`
    {{"undisturbed"}, "uninterrupted"},
    {{"not count", "do not count", "does not count"}, "is ignored"},
    {{"go on", "goes on"}, "continue, resume"},
    {{"makes rows of", "makes its rows", "add gradient rows", "make gradient", "make gradients"},
     "defers_weight_gradient, allocate_gradients, reduce_gradient"},
    {{"when not told", "unless told"}, "by default"},
    {{"liveliest", "next to nothing", "hardly move"}, "largest, almost no, almost constant"},
    {{"makes of data", "makes of rows"}, "reconstruction"},
    {{"everything random"}, "random seed"},
    {{"notes"},
     "gradients at activations, saved state",
     {"lecture notes"},
     {"bindings", "cli", "docs", "hourglass/app", "hourglass/base", "hourglass/data", "hourglass/eval", "tests"}},
    {{"class ending", "struct ending", "struct asked", "struct moved", "struct found", "struct wanted"},
     "a noun that says what the value is: RunOutcome, RequestedMetrics"},
};

/// Folders and files that are checked. Others are added when they are free of these words.
const std::vector<std::string> kChecked = {"README.md",
                                           "HACKING.md",
                                           "CONTRIBUTING.md",
                                           "SECURITY.md",
                                           "CHANGELOG.md",
                                           "docs",
                                           "scripts",
                                           "examples",
                                           "bench",
                                           "api",
                                           "bindings",
                                           "recipes",
                                           "tests",
                                           "cli",
                                           "hourglass/app",
                                           "hourglass/base",
                                           "hourglass/tensor",
                                           "hourglass/data",
                                           "hourglass/optim",
                                           "hourglass/nn",
                                           "hourglass/objective",
                                           "hourglass/run",
                                           "hourglass/recipe",
                                           "hourglass/model",
                                           "hourglass/train",
                                           "hourglass/eval",
                                           "hourglass/export",
                                           "hourglass/report"};

struct Word {
  std::string text;  ///< in lower case
  int line;
};

/// The words of a text. Identifiers are split at underscores and at capitals: "kRowLanes" is "k", "row", "lanes".
std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  int line = 1;
  bool inside = false, lower_before = false;
  for (const char c : text) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (letter && (!inside || (upper && lower_before))) words.push_back({"", line});
    if (letter) words.back().text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    inside = letter;
    lower_before = letter && !upper;
    line += c == '\n';
  }
  return words;
}

/// Positions in `words` at which the phrase begins.
std::vector<size_t> positions(const std::vector<Word>& words, const std::vector<Word>& phrase) {
  const auto equal = [](const Word& a, const Word& b) { return a.text == b.text; };
  std::vector<size_t> found;
  for (auto at = words.begin();; ++at) {
    at = std::search(at, words.end(), phrase.begin(), phrase.end(), equal);
    if (at == words.end()) return found;
    found.push_back(static_cast<size_t>(at - words.begin()));
  }
}

struct Match {
  int line;
  std::string phrase;

  auto operator<=>(const Match&) const = default;
};

/// Retired phrases in a text, by line.
std::set<Match> matches(const RetiredWord& retired, const std::vector<Word>& words) {
  std::vector<bool> excused(words.size());
  for (const std::string& text : retired.unless) {
    const std::vector<Word> phrase = words_of(text);
    for (const size_t at : positions(words, phrase))
      std::fill_n(excused.begin() + static_cast<ptrdiff_t>(at), phrase.size(), true);
  }
  std::set<Match> found;
  for (const std::string& phrase : retired.phrases)
    for (const size_t at : positions(words, words_of(phrase)))
      if (!excused[at]) found.insert({words[at].line, phrase});
  return found;
}

bool is_in(const std::string& file, const std::string& folder) {
  return file == folder || file.starts_with(folder + "/");
}

bool is_text(const fs::path& file) {
  static const std::vector<std::string> kExtensions = {".h", ".hpp", ".c", ".cpp", ".py", ".md", ".toml", ".txt", ""};
  return std::ranges::find(kExtensions, file.extension().string()) != kExtensions.end();
}

struct SourceFile {
  std::string name;  ///< relative to the repository
  std::vector<Word> words;
};

std::vector<SourceFile> checked_files() {
  const fs::path root = HOURGLASS_SOURCE;
  std::vector<fs::path> paths;
  for (const std::string& checked : kChecked) {
    if (fs::is_regular_file(root / checked)) paths.push_back(root / checked);
    if (!fs::is_directory(root / checked)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / checked))
      if (entry.is_regular_file() && is_text(entry.path()) && entry.path().filename() != "wording_test.cpp")
        paths.push_back(entry.path());
  }
  std::vector<SourceFile> files;
  for (const fs::path& path : paths) {
    std::ifstream in(path);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    files.push_back({fs::relative(path, root).string(), words_of(content)});
  }
  return files;
}

TEST(Wording, RetiredWordsAreNotUsed) {
  const std::vector<SourceFile> files = checked_files();
  EXPECT_GT(files.size(), 50u);
  for (const RetiredWord& retired : kRetired)
    for (const SourceFile& file : files) {
      const auto allows = [&](const std::string& folder) { return is_in(file.name, folder); };
      if (std::ranges::any_of(retired.allowed_in, allows)) continue;
      for (const Match& match : matches(retired, file.words))
        ADD_FAILURE() << file.name << ":" << match.line << ": \"" << match.phrase << "\"; use: " << retired.instead;
    }
}

TEST(Wording, IsFoundInIdentifiersAndAcrossLines) {
  const RetiredWord retired{{"lane", "to the bit"}, "micro-batch", {"SIMD lane"}};
  const auto found = [&](std::string_view text) { return matches(retired, words_of(text)); };
  EXPECT_EQ(found("int x;\nclass TaskLane;"), (std::set<Match>{{2, "lane"}}));
  EXPECT_EQ(found("/// equal to\n/// the bit"), (std::set<Match>{{1, "to the bit"}}));
  EXPECT_TRUE(found("one image per SIMD lane; planes, lanelet").empty());
}

}  // namespace
