#pragma once

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "hourglass/base/file.h"

namespace hourglass::cli_test {

using Words = std::vector<std::string>;

/// The repository's MNIST sample: 3,200 training and 640 test images.
extern const std::string kSample;
/// Its test images alone, as one file.
extern const std::string kImages;

/// A folder of a test's own, with two small recipes in it: dense.toml (784-12-784, sigmoid, on kSample) and conv.toml
/// (a code of 3 × 4 × 4, relu, on kImages).
class Workspace : public testing::Test {
 protected:
  Workspace();

  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }
  std::string read(const std::string& file) const;
  void write(const std::string& file, const std::string& bytes) const;
  bool exists(const std::string& file) const { return std::filesystem::exists(path(file)); }
  /// Every file below `folder` and its content, by its path.
  std::map<std::string, std::string> files(const std::string& folder) const;

  Launch launch(Words words) const { return {folder_.path(), std::move(words)}; }
  Outcome run(Words words) const { return cli_test::run(launch(std::move(words))); }
  Outcome run_after(std::function<void()> before, Words words) const {
    return cli_test::run({folder_.path(), std::move(words), std::move(before)});
  }

  /// `train RECIPE --output-dir OUTPUT` and more words, on one thread if they do not say otherwise.
  Words training(const std::string& recipe, const std::string& output, const Words& more = {}) const;
  /// Runs it; the test fails when it does not succeed.
  Outcome train(const std::string& recipe, const std::string& output, const Words& more = {}) const;

  /// The fields of a comma-separated file's lines.
  std::vector<Words> table(const std::string& file) const;
  /// metrics.jsonl of a run folder, without what depends on the clock.
  std::vector<nlohmann::json> metrics(const std::string& run) const;
  /// `eval MODEL --json` and more words.
  nlohmann::json eval(const std::string& model, const Words& more = {}) const;

 private:
  TemporaryFolder folder_;
};

/// `outcome` is a success; shows what the program said when not.
testing::AssertionResult succeeded(const Outcome& outcome);
/// The program failed with `code`, said nothing on stdout and each of `parts` on stderr.
testing::AssertionResult failed(int code, const Outcome& outcome, const Words& parts);
/// Bad input, named.
inline testing::AssertionResult refused(const Outcome& outcome, const Words& parts) {
  return failed(2, outcome, parts);
}
testing::AssertionResult contains(const std::string& text, const std::string& part);

bool is_png(const std::string& bytes);

}  // namespace hourglass::cli_test
