#include "hourglass/run/run_metrics.h"

#include <gtest/gtest.h>

#include "hourglass/base/file.h"
#include "hourglass/run/jsonl.h"

namespace hourglass {
namespace {

class RunMetricsTest : public testing::Test {
 protected:
  static EpochRecord epoch(int64_t number) {
    EpochRecord epoch;
    epoch.epoch = number;
    epoch.train = {0.5, 0.25, {}};
    return epoch;
  }
  static std::string lines(int64_t count) {
    std::string text;
    for (int64_t i = 1; i <= count; ++i) text += epoch_json(epoch(i)) + "\n";
    return text;
  }
  size_t epochs_read() const { return read_run_metrics(folder_.path()).size(); }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "metrics.jsonl";
};

TEST_F(RunMetricsTest, AppendsALinePerEpoch) {
  RunMetrics metrics(file_, {epoch(1)});
  EXPECT_EQ(read_file(file_), lines(1));
  metrics.on_epoch(epoch(2));
  metrics.on_epoch(epoch(3));
  EXPECT_EQ(read_file(file_), lines(3));
  EXPECT_EQ(metrics.epochs().size(), 3u);
  EXPECT_EQ(epochs_read(), 3u);
}

TEST_F(RunMetricsTest, HoldsExactlyTheEpochsOfAResumedRun) {
  write_file_atomically(file_, lines(3) + "{\"epo");
  RunMetrics metrics(file_, {epoch(1), epoch(2)});
  EXPECT_EQ(read_file(file_), lines(2));
}

TEST_F(RunMetricsTest, RewritesAFileThatAnotherProcessChanged) {
  RunMetrics metrics(file_, {});
  metrics.on_epoch(epoch(1));
  write_file_atomically(file_, "something else");
  metrics.on_epoch(epoch(2));
  EXPECT_EQ(read_file(file_), lines(2));
  std::filesystem::remove(file_);
  metrics.on_epoch(epoch(3));
  EXPECT_EQ(read_file(file_), lines(3));
}

TEST_F(RunMetricsTest, IgnoresAnIncompleteLastLine) {
  EXPECT_EQ(epochs_read(), 0u) << "there is no file";
  const std::string whole = lines(2);
  for (size_t cut = 0; cut <= whole.size(); cut += 7) {
    write_file_atomically(file_, whole.substr(0, cut));
    EXPECT_EQ(epochs_read(), cut < lines(1).size() ? 0u : cut < whole.size() ? 1u : 2u) << cut;
  }
}

}  // namespace
}  // namespace hourglass
