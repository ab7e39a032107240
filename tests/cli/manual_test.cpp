#include <algorithm>
#include <regex>
#include <set>

#include "cli/workspace.h"
#include "hourglass/base/file.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

std::set<std::string> found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> words;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) words.insert((*i)[1]);
  return words;
}

/// The manual page and completion scripts, which the program prints of its own options.
class SelfDescription : public Workspace {
 protected:
  std::string said(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return outcome.out;
  }
  /// The manual as plain words: no macros, no escapes.
  std::string manual() const {
    const std::string text = std::regex_replace(said({"man"}), std::regex("\\\\f[BIR]"), "");
    return std::regex_replace(text, std::regex("\\\\-"), "-");
  }
  /// The verbs of --help, with those below them: "data fetch".
  std::vector<Words> verbs(const Words& above = {}) const {
    Words asked = above;
    asked.push_back("--help");
    const std::string help = said(asked);
    const auto start = help.find("Subcommands:\n");
    std::vector<Words> all;
    if (start == std::string::npos) return all;
    for (const auto& name : found(help.substr(start), "\n  ([a-z][a-z-]*) ")) {
      Words verb = above;
      verb.push_back(name);
      all.push_back(verb);
      for (const auto& below : verbs(verb)) all.push_back(below);
    }
    return all;
  }
  /// What `command` says, in a folder with `text` in the file "checked"; the program is on the PATH.
  std::string checked(const std::string& text, const std::string& command) const {
    write("checked", text);
    const std::string program = fs::path(HOURGLASS_PROGRAM).parent_path();
    EXPECT_EQ(std::system(("export PATH=" + program + ":$PATH; cd " + path("").string() + " && { " + command +
                           "; } >said 2>&1 </dev/null")
                              .c_str()),
              0)
        << command;
    return read("said");
  }
};

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

TEST_F(SelfDescription, ManualHasEveryVerbAndOption) {
  const std::string text = manual();
  for (const Words& verb : verbs()) {
    std::string name = verb.front();
    for (size_t i = 1; i < verb.size(); ++i) name += " " + verb[i];
    const auto start = text.find(".SS " + name + "\n");
    ASSERT_NE(start, std::string::npos) << name;
    const std::string section = text.substr(start, text.find("\n.S", start) - start);
    Words asked = verb;
    asked.push_back("--help");
    for (const auto& option : found(said(asked), "\n  (?:-[a-z],)?(--[a-z-]+)"))
      EXPECT_TRUE(contains(section, option)) << name;
  }
}

TEST_F(SelfDescription, ManualTellsLimitsDefaultsChoicesAndWhatGoesTogether) {
  for (const char* part :
       {"From 0 to 1024.", "Default: 0.0003.", "One of: train, validation, test, all.", "Only with --fine-tune.",
        "Not with --resume.", "-o, --output FILE", "hourglass data fetch [OPTION ...] DATASET"})
    EXPECT_TRUE(contains(manual(), part));
}

TEST_F(SelfDescription, ManualsExamplesUseWhatThereIs) {
  const std::string text = manual(), examples = text.substr(text.find(".SH EXAMPLES"));
  std::set<std::string> known;
  for (const Words& verb : verbs()) known.insert(verb.front());
  for (const auto& verb : found(examples, "\nhourglass ([a-z][a-z-]*)")) EXPECT_TRUE(known.contains(verb)) << verb;
  const std::string sections =
      text.substr(text.find(".SH VERBS"), text.find(".SH EXIT STATUS") - text.find(".SH VERBS"));
  for (const auto& option : found(examples, " (--?[a-z-]+)")) EXPECT_TRUE(contains(sections, option));
}

TEST_F(SelfDescription, ManualNamesEveryEnvironmentVariable) {
  const std::string text = manual();
  for (const char* folder : {"cli", "hourglass"})
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(HOURGLASS_SOURCE) / folder)) {
      if (!entry.is_regular_file()) continue;
      if (entry.path().stem().string().ends_with("_test")) continue;
      for (const auto& name : found(read_file(entry.path()), "getenv\\(\"([A-Z_]+)\""))
        EXPECT_TRUE(contains(text.substr(text.find(".SH ENVIRONMENT")), name));
    }
}

TEST_F(SelfDescription, FormattersFindNothingWrongWithTheManual) {
  const std::string text = said({"man"});
  const bool man = is_installed("man") && is_installed("groff"), mandoc = is_installed("mandoc");
  if (!man && !mandoc) GTEST_SKIP() << "neither man with groff nor mandoc is installed";
  if (man) {
    EXPECT_EQ(checked(text, "LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l checked >/dev/null"), "");
  }
  if (mandoc) {
    EXPECT_EQ(checked(text, "mandoc -T lint -W style checked"), "");
  }
}

TEST_F(SelfDescription, RefusesAnUnknownShell) {
  EXPECT_TRUE(refused(run({"completion", "tcsh"}), {"tcsh not in {bash,fish,zsh}"}));
}

TEST_F(SelfDescription, RefusesASingleWordToComplete) {
  EXPECT_TRUE(refused(run({"completion", "bash", "foo"}), {"foo", "words to complete"}));
}

/// The words a shell offers at the end of `line`.
class Completion : public SelfDescription {
 protected:
  std::set<std::string> bash(const Words& words) const {
    std::string array;
    for (const auto& word : words) array += " '" + word + "'";
    write("script", said({"completion", "bash"}));
    const std::string out = checked(
        "set -u; source ./script\nCOMP_WORDS=(hourglass" + array + "); COMP_CWORD=" + std::to_string(words.size()) +
            "\n_hourglass\n((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"\n",
        "bash checked");
    return found(out, "(.+)\n");
  }
  std::set<std::string> fish(const std::string& line) const {
    write("script", said({"completion", "fish"}));
    return found(checked("source ./script\ncomplete -C 'hourglass " + line + "'\n", "fish --no-config checked"),
                 "([^\t\n]+)[^\n]*\n");
  }
};

using Set = std::set<std::string>;

TEST_F(Completion, BashOffersVerbs) {
  Set top;
  for (const Words& verb : verbs()) top.insert(verb.front());
  EXPECT_EQ(bash({""}), top);
  EXPECT_EQ(bash({"reco"}), Set{"reconstruct"});
  EXPECT_EQ(bash({"data", "f"}), Set{"fetch"});
  EXPECT_EQ(bash({"recipes", ""}), (Set{"show", "keys"}));
}

TEST_F(Completion, BashOffersOptionsOfTheVerb) {
  EXPECT_EQ(bash({"train", "--re"}), Set{"--resume"});
  EXPECT_EQ(bash({"train", "quickstart", "--seed", "3", "--ov"}), Set{"--overwrite"});
  EXPECT_TRUE(bash({"encode", "-"}).contains("-o"));
  EXPECT_EQ(bash({"-"}), (Set{"-h", "--help", "--version"}));
  EXPECT_EQ(bash({"data", "fetch", "-"}), (Set{"-h", "--help"}));
}

TEST_F(Completion, BashOffersValues) {
  EXPECT_EQ(bash({"eval", "quickstart", "--split", ""}), (Set{"all", "test", "train", "validation"}));
  EXPECT_EQ(bash({"eval", "--split", "=", "tr"}), Set{"train"});
  EXPECT_EQ(bash({"eval", "--split", "="}), (Set{"all", "test", "train", "validation"}));
  EXPECT_EQ(bash({"data", "fetch", "fash"}), Set{"fashion-mnist"});
  EXPECT_EQ(bash({"completion", ""}), (Set{"bash", "fish", "zsh"}));
  EXPECT_EQ(bash({"train", "quickst"}), Set{"quickstart"});
  EXPECT_EQ(bash({"train", "--threads", ""}), Set{});
  EXPECT_EQ(bash({"train", "--set", ""}), Set{});
}

TEST_F(Completion, BashExpandsATilde) {
  const std::string folder = fs::path(HOURGLASS_PROGRAM).parent_path();
  write("script", said({"completion", "bash"}));
  EXPECT_EQ(checked("HOME=" + folder + "\nsource ./script\nCOMP_WORDS=('~/hourglass' reco); COMP_CWORD=1\n" +
                        "_hourglass\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n",
                    "bash checked"),
            "reconstruct\n");
}

TEST_F(Completion, BashOffersFilesAndNames) {
  write("mnist of mine.npy", "");
  fs::create_directory(path("mine"));
  EXPECT_EQ(bash({"train", "--data", "mni"}), (Set{"mnist", "mnist of mine.npy"}));
  EXPECT_EQ(bash({"encode", "quickstart", "-o", "mnist "}), Set{"mnist of mine.npy"});
  EXPECT_EQ(bash({"train", "--output-dir", "m"}), Set{"mine"});
  EXPECT_EQ(bash({"compare", "quickstart", "mine", "mi"}), Set{"mine"});
}

TEST_F(Completion, FishOffersTheSame) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  write("mnist-of-mine.npy", "");
  fs::create_directory(path("mine"));
  Set top;
  for (const Words& verb : verbs()) top.insert(verb.front());
  EXPECT_EQ(fish(""), top);
  EXPECT_EQ(fish("recipes "), (Set{"show", "keys"}));
  EXPECT_EQ(fish("data fetch "), (Set{"fashion-mnist", "mnist"}));
  EXPECT_EQ(fish("train --re"), Set{"--resume"});
  EXPECT_EQ(fish("eval quickstart --split "), (Set{"all", "test", "train", "validation"}));
  EXPECT_EQ(fish("train --data mni"), (Set{"mnist", "mnist-of-mine.npy"}));
  EXPECT_EQ(fish("train --output-dir m"), Set{"mine/"});
  EXPECT_EQ(fish("train --threads "), Set{});
  const std::string home = "set -gx HOME " + fs::path(HOURGLASS_PROGRAM).parent_path().string();
  EXPECT_TRUE(checked(home + "\nsource ./script\ncomplete -C '~/hourglass reco'\n", "fish --no-config checked")
                  .starts_with("reconstruct\t"));
}

TEST_F(Completion, ZshReadsIts) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(checked(said({"completion", "zsh"}), "zsh -n checked"), "");
  EXPECT_EQ(checked("autoload -U compinit && compinit -u -d dump\nsource ./script\nprint $_comps[hourglass]\n",
                    std::string(HOURGLASS_PROGRAM) + " completion zsh >script && zsh -f checked"),
            "_hourglass\n");
}

}  // namespace
}  // namespace hourglass::cli_test
