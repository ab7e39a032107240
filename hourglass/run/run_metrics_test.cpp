#include "hourglass/run/run_metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include "hourglass/base/error.h"
#include "hourglass/base/file.h"

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
  size_t epochs_read() const { return read_run_metrics(folder_.path(), {}).size(); }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "metrics.jsonl";
};

TEST_F(RunMetricsTest, AppendsALinePerEpoch) {
  RunMetrics metrics(folder_.path(), {epoch(1)});
  EXPECT_EQ(read_file(file_), lines(1));
  metrics.on_epoch(epoch(2));
  metrics.on_epoch(epoch(3));
  EXPECT_EQ(read_file(file_), lines(3));
  EXPECT_EQ(metrics.epochs().size(), 3u);
  EXPECT_EQ(epochs_read(), 3u);
}

TEST_F(RunMetricsTest, HoldsExactlyTheEpochsOfAResumedRun) {
  write_file_atomically(file_, lines(3) + "{\"epo");
  RunMetrics metrics(folder_.path(), {epoch(1), epoch(2)});
  EXPECT_EQ(read_file(file_), lines(2));
}

TEST_F(RunMetricsTest, RewritesAFileThatAnotherProcessChanged) {
  RunMetrics metrics(folder_.path(), {});
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

TEST_F(RunMetricsTest, RefusesPenaltiesThatTheRecipeDoesNotHave) {
  const std::vector<std::string> known = {"sparse_kl", "contractive"};
  const auto refusal = [&](const EpochRecord& record) {
    write_file_atomically(file_, epoch_json(record) + "\n");
    try {
      return std::to_string(read_run_metrics(folder_.path(), known).size()) + " epochs";
    } catch (const Error& e) {
      return std::string(e.what());
    }
  };
  EpochRecord record = epoch(1);
  record.train.penalties = {{"sparse_kl", 1.0}, {"contractive", 2.0}};
  EXPECT_EQ(refusal(record), "1 epochs");
  record.train.penalties.emplace_back("x/../../diagram", 1.0);
  EXPECT_EQ(refusal(record),
            file_.string() + ": epoch 1: unknown penalty \"x/../../diagram\", expected sparse_kl, contractive");
  record.train.penalties.pop_back();
  record.test = Terms{0.5, 0.5, {{"sparse_kl", 1.0}}};
  EXPECT_EQ(refusal(record), file_.string() + ": epoch 1: unknown penalty \"sparse_kl\", expected none");
}

TEST_F(RunMetricsTest, AreNeitherReadNorWrittenThroughALink) {
  const auto other = folder_.path() / "other";
  write_file_atomically(other, lines(1));
  std::filesystem::create_symlink("other", file_);
  EXPECT_THROW(epochs_read(), Error);
  EXPECT_THROW(RunMetrics(folder_.path(), {}), Error);
  std::filesystem::remove(file_);
  RunMetrics metrics(folder_.path(), {epoch(1)});
  std::filesystem::remove(file_);
  std::filesystem::create_hard_link(other, file_);
  metrics.on_epoch(epoch(2));
  EXPECT_EQ(read_file(file_), lines(2));
  EXPECT_EQ(read_file(other), lines(1));
}

const std::string kLine = R"({"epoch":1,"train":{"loss":0.5,"reconstruction":0.25,"sparse_kl":2.0,"contractive":18.0},)"
                          R"("test":{"loss":0.2,"reconstruction":0.2},"seconds":6.5,"samples_per_second":9140.0})";

EpochRecord sample_epoch() {
  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.train = {0.5, 0.25, {{"sparse_kl", 2.0}, {"contractive", 18.0}}};
  epoch.test = Terms{0.2, 0.2, {}};
  epoch.seconds = 6.5;
  epoch.samples_per_second = 9140;
  return epoch;
}

std::string message_of(const std::string& text) {
  try {
    parse_epochs(text, "metrics.jsonl");
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

std::string with(std::string_view from, std::string_view to) {
  std::string line = kLine;
  return line.replace(line.find(from), from.size(), to);
}

TEST(Jsonl, WritesOneLineWithTheKeysInOrder) { EXPECT_EQ(epoch_json(sample_epoch()), kLine); }

TEST(Jsonl, WritesTheValidationSplitWhenThereIsOne) {
  EpochRecord epoch = sample_epoch();
  epoch.validation = Terms{0.25, 0.25, {}};
  EXPECT_NE(epoch_json(epoch).find(R"("validation":{"loss":0.25,"reconstruction":0.25},"test")"), std::string::npos);
}

TEST(Jsonl, TurnsWhatIsNotFiniteIntoNullAndBackIntoNan) {
  EpochRecord epoch = sample_epoch();
  epoch.train.loss = std::nan("");
  epoch.samples_per_second = std::numeric_limits<double>::infinity();
  const std::string line = epoch_json(epoch);
  EXPECT_NE(line.find(R"("loss":null)"), std::string::npos);
  const EpochRecord back = parse_epochs(line, "x").at(0);
  EXPECT_TRUE(std::isnan(back.train.loss));
  EXPECT_TRUE(std::isnan(back.samples_per_second));
}

TEST(Jsonl, ReadsBackEveryBit) {
  EXPECT_TRUE(rc::check([](const std::vector<double>& values) {
    EpochRecord epoch = sample_epoch();
    epoch.train.penalties.clear();
    for (size_t i = 0; i < values.size(); ++i) epoch.train.penalties.emplace_back(fmt::format("p{}", i), values[i]);
    RC_ASSERT(parse_epochs(epoch_json(epoch) + "\n", "x").at(0).train.penalties == epoch.train.penalties);
  }));
  EpochRecord tiny = sample_epoch();
  tiny.seconds = std::numeric_limits<double>::denorm_min();
  EXPECT_EQ(parse_epochs(epoch_json(tiny), "x").at(0).seconds, tiny.seconds);
}

TEST(Jsonl, ReadsLinesInOrderWithOrWithoutTheLastNewline) {
  const std::string two = kLine + "\n" + with("\"epoch\":1", "\"epoch\":2");
  for (const std::string& text : {two, two + "\n"}) {
    const auto epochs = parse_epochs(text, "x");
    ASSERT_EQ(epochs.size(), 2u);
    EXPECT_EQ(epoch_json(epochs[0]), kLine);
    EXPECT_EQ(epochs[1].epoch, 2);
  }
  EXPECT_TRUE(parse_epochs("", "x").empty());
}

TEST(Jsonl, NamesFileAndLine) {
  EXPECT_EQ(message_of(kLine + "\n" + with("\"epoch\":1", "\"epoch\":3")),
            "metrics.jsonl, line 2: epoch 3 follows epoch 1");
  EXPECT_EQ(message_of(with("\"epoch\":1", "\"epoch\":9223372036854775807") + "\n" + kLine),
            "metrics.jsonl, line 1: epoch: expected 1, found 9223372036854775807");
  EXPECT_EQ(message_of(kLine + "\n" + kLine.substr(0, 40)).find("metrics.jsonl, line 2: JSON: byte "), 0u);
  EXPECT_EQ(message_of("\n" + kLine).find("metrics.jsonl, line 1: JSON: byte "), 0u);
}

TEST(Jsonl, RefusesEverythingElse) {
  const auto refused = [](const std::string& text, const std::string& why) {
    EXPECT_NE(message_of(text).find(why), std::string::npos) << message_of(text);
  };
  refused("[1]", "expected a table, found a list");
  refused(kLine + " {}", "JSON: byte ");
  refused(with("seconds", "minutes"), "unknown section or key \"minutes\"");
  refused(with("\"seconds\":6.5,", ""), "line 1: \"seconds\" is missing");
  refused(with("\"loss\":0.5,", ""), "train: \"loss\" is missing");
  refused(with("\"loss\":0.5", "\"loss\":\"0.5\""), "loss: expected a number or null, found text \"0.5\"");
  refused(with("{\"loss\":0.2,\"reconstruction\":0.2}", "7"), "test: expected a table, found 7");
  refused(with("\"contractive\"", "\"sparse_kl\""), "key \"sparse_kl\" appears twice");
  refused(with("\"epoch\":1", "\"epoch\":0"), "epoch: expected at least 1, found 0");
  refused(with("\"epoch\":1", "\"epoch\":[]"), "epoch: expected an integer, found a list");
  refused(with("\"epoch\":1", "\"epoch\":1.5"), "epoch: expected an integer, found 1.5");
  refused(with("\"epoch\":1", "\"epoch\":18446744073709551615"), "integer");
  refused(with("\"loss\":0.5", "\"loss\":1e999"), "JSON: byte ");
}

TEST(Jsonl, TakesAnyTextWithoutMisbehaving) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    try {
      RC_ASSERT(parse_epochs(text, "x").empty() == text.empty());
    } catch (const Error& e) {
      RC_ASSERT(std::string_view(e.what()).starts_with("x, line "));
    }
  }));
}

}  // namespace
}  // namespace hourglass
