#include "cli/workspace.h"
#include "data/idx_bytes.h"
#include "hourglass/base/file.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

class Probe : public Workspace {
 protected:
  Probe() { train("dense.toml", "run", {"--epochs", "2"}); }

  nlohmann::json probe(const Words& more) const {
    Words words = {"probe", "run", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return nlohmann::json::parse(outcome.out);
  }
};

TEST_F(Probe, ReadsLabelsFromTheCodes) {
  const auto codes = probe({"--threads", "1"});
  EXPECT_EQ(codes.size(), 3u);
  EXPECT_EQ(codes["error"], eval("run", {"--metrics", "probe_error"})["probe_error"]);
  EXPECT_GT(codes["validation_error"], 0.01);
  EXPECT_GT(codes["decay"], 0);
}

TEST_F(Probe, ReadsThemFromTheInputs) { EXPECT_LT(probe({"--raw", "--threads", "1"})["error"], 0.15); }

TEST_F(Probe, FineTunes) {
  const auto run_on = [&](const std::string& threads) {
    return probe(
        {"--fine-tune", "--epochs", "5", "--batch-size", "50", "--rate", "1e-2", "--seed", "3", "--threads", threads});
  };
  const auto tuned = run_on("1");
  EXPECT_EQ(tuned["epochs"], 5);
  EXPECT_LE(tuned["epoch"], 5);
  EXPECT_EQ(tuned["rate"], 0.01);
  EXPECT_EQ(tuned["batch_size"], 50);
  EXPECT_EQ(tuned["seed"], 3);
  EXPECT_GT(tuned["error"], 0.01);
  EXPECT_LT(tuned["error"], 0.3);
  EXPECT_EQ(run_on("2"), tuned);
}

TEST_F(Probe, SaysWhatItDid) {
  const Outcome outcome = run({"probe", "run", "--fine-tune", "--epochs", "1"});
  EXPECT_TRUE(succeeded(outcome));
  for (const char* part :
       {"640 rows, after learning from 3,200\n", "error  ", "validation_error  ", "epoch             1\n"})
    EXPECT_TRUE(contains(outcome.out, part));
}

/// kSample with other labels in one of its files.
void copy_sample(const fs::path& to, const std::string& file, std::string labels) {
  fs::copy(kSample, to);
  const std::string header = idx_header({static_cast<int64_t>(labels.size())});
  fs::remove(to / (file + ".gz"));
  write_file_atomically(to / file, header + labels);
}

TEST_F(Probe, RefusesLabelsThatTellNothing) {
  std::string unseen(640, '\1');
  unseen[6] = '\n';
  copy_sample(path("unseen"), "t10k-labels-idx1-ubyte", unseen);
  copy_sample(path("one"), "train-labels-idx1-ubyte", std::string(3200, '\3'));
  for (const Words& how : {Words{}, Words{"--fine-tune"}, Words{"--raw"}}) {
    const auto probed = [&](const std::string& data) {
      Words words = {"probe", "run", "--data", data};
      words.insert(words.end(), how.begin(), how.end());
      return run(words);
    };
    EXPECT_TRUE(refused(probed("unseen"), {"unseen test: row 7 has label 10", "no training row"}));
    EXPECT_TRUE(refused(probed("one"), {"one train: every label is 3", "two classes"}));
    EXPECT_TRUE(refused(probed(kImages), {"no test part", "labelled"}));
  }
}

TEST_F(Probe, RefusesSettingsThatMakeNoSense) {
  EXPECT_TRUE(refused(run({"probe", "run", "--fine-tune", "--rate", "-1e-3"}), {"rate = -0.001", "above 0"}));
  EXPECT_TRUE(refused(run({"probe", "run", "--fine-tune", "--epochs", "0"}), {"--epochs", "0"}));
  EXPECT_TRUE(refused(run({"probe", "run", "--fine-tune", "--batch-size", "0"}), {"--batch-size"}));
  EXPECT_TRUE(refused(run({"probe", "run", "--rate", "1e-3"}), {"--rate", "--fine-tune"}));
  EXPECT_TRUE(refused(run({"probe", "run", "--fine-tune", "--raw"}), {"--fine-tune", "--raw"}));
  EXPECT_TRUE(refused(run({"probe", "run", "--split", "train"}), {"--split"}));
}

TEST_F(Probe, SaysWhenFineTuningDiverges) {
  EXPECT_TRUE(failed(1, run({"probe", "run", "--fine-tune", "--rate", "1e38", "--epochs", "2"}),
                     {"not finite", "smaller rate"}));
}

}  // namespace
}  // namespace hourglass::cli_test
