#include "cli/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "hourglass/base/file.h"

namespace hourglass::cli_test {

namespace fs = std::filesystem;

const std::string kSample = HOURGLASS_TESTS "/data/mnist-sample";
const std::string kImages = kSample + "/t10k-images-idx3-ubyte.gz";

namespace {

constexpr const char* kDense = R"(
[data]
source = "{}"
[model]
encoder = [{{ dense = 12 }}, "sigmoid"]
decoder = [{{ dense = 784 }}, "sigmoid"]
[train]
epochs = 2
batch_size = 64
checkpoint = {{ minutes = 10 }}
)";

constexpr const char* kConv = R"(
[data]
source = "{}"
[model]
encoder = [{{ conv2d = 3, kernel = 5, stride = 3 }}, "relu", {{ max_pool2d = 2 }}]
decoder = [
  {{ conv_transpose2d = 2, kernel = 4, stride = 2 }}, "relu",
  {{ conv_transpose2d = 1, kernel = 10, stride = 2 }}, "sigmoid",
]
[train]
epochs = 2
batch_size = 64
checkpoint = {{ minutes = 10 }}
)";

}  // namespace

Workspace::Workspace() {
  write("dense.toml", fmt::format(kDense, kSample));
  write("conv.toml", fmt::format(kConv, kImages));
}

std::string Workspace::read(const std::string& file) const { return read_file(path(file)); }

void Workspace::write(const std::string& file, const std::string& bytes) const {
  std::ofstream(path(file), std::ios::binary) << bytes;
}

std::map<std::string, std::string> Workspace::files(const std::string& folder) const {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(path(folder)))
    if (entry.is_regular_file()) all[fs::relative(entry.path(), path(folder))] = read_file(entry.path());
  return all;
}

Words Workspace::training(const std::string& recipe, const std::string& output, const Words& more) const {
  Words words = {"train", recipe, "--output-dir", output};
  if (std::find(more.begin(), more.end(), "--threads") == more.end()) words.insert(words.end(), {"--threads", "1"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome Workspace::train(const std::string& recipe, const std::string& output, const Words& more) const {
  const Outcome outcome = run(training(recipe, output, more));
  EXPECT_TRUE(succeeded(outcome));
  return outcome;
}

std::vector<Words> Workspace::table(const std::string& file) const {
  std::istringstream text(read(file));
  std::vector<Words> lines;
  for (std::string line; std::getline(text, line);) {
    std::istringstream fields(line);
    lines.emplace_back();
    for (std::string field; std::getline(fields, field, ',');) lines.back().push_back(field);
  }
  return lines;
}

std::vector<nlohmann::json> Workspace::metrics(const std::string& run) const {
  std::istringstream text(read(run + "/metrics.jsonl"));
  std::vector<nlohmann::json> epochs;
  for (std::string line; std::getline(text, line);) {
    epochs.push_back(nlohmann::json::parse(line));
    EXPECT_EQ(epochs.back().erase("seconds") + epochs.back().erase("samples_per_second"), 2u) << line;
  }
  return epochs;
}

nlohmann::json Workspace::eval(const std::string& model, const Words& more) const {
  Words words = {"eval", model, "--json", "--threads", "1"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = run(words);
  EXPECT_TRUE(succeeded(outcome));
  return nlohmann::json::parse(outcome.out);
}

testing::AssertionResult succeeded(const Outcome& outcome) {
  if (outcome.code == 0) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "exit code " << outcome.code << ", stderr:\n" << outcome.err;
}

testing::AssertionResult failed(int code, const Outcome& outcome, const Words& parts) {
  if (outcome.code != code) return testing::AssertionFailure() << "exit code " << outcome.code << "\n" << outcome.err;
  if (!outcome.out.empty()) return testing::AssertionFailure() << "stdout should be empty: " << outcome.out;
  for (const std::string& part : parts)
    if (const auto found = contains(outcome.err, part); !found) return found;
  return testing::AssertionSuccess();
}

testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in:\n" << text;
}

bool is_png(const std::string& bytes) { return bytes.starts_with("\x89PNG\r\n\x1a\n"); }

}  // namespace hourglass::cli_test
