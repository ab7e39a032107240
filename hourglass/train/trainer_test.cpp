#include "hourglass/train/trainer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "hourglass/base/error.h"
#include "hourglass/run/checkpoint_file.h"
#include "support/message_of.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Dataset some_rows(int64_t count) {
  std::vector<float> values(static_cast<size_t>(4 * count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 11);
  return {"rows", {4}, std::move(values), {}};
}

/// Takes its time for every step and epoch.
struct Slow final : RunListener {
  Clock::duration step, epoch;
  Clock::time_point started;
  Slow(Clock::duration step, Clock::duration epoch) : step(step), epoch(epoch) {}
  void on_start(const RunStart&) override { started = Clock::now(); }
  void on_step(const StepRecord&) override { std::this_thread::sleep_for(step); }
  void on_epoch(const EpochRecord&) override { std::this_thread::sleep_for(epoch); }
};

struct SmallRun {
  Recipe recipe;
  Dataset data;
  Autoencoder model;
  Trainer trainer;

  SmallRun(const std::string& train, int64_t rows)
      : recipe(parse_recipe("[data]\nsource = 'rows'\n[model]\nencoder = [{ dense = 2 }]\ndecoder = [{ dense = 4 }]\n"
                            "[train]\nbatch_size = 1\n" +
                                train,
                            "recipe")),
        data(some_rows(rows)),
        model(recipe.model, data.sample),
        trainer(recipe, model, data, nullptr, 1) {
    initialise(model.network(), recipe.model.init, 1, model.theta());
  }
  SmallRun(const SmallRun&) = delete;
};

/// Intervals double until checkpoints take one percent of the time.
TEST(Trainer, SavesCheckpointsWithinAnEpochByDefault) {
  constexpr auto kCost = 8ms;
  std::vector<Clock::time_point> saved;
  const auto stop = [&] { return saved.size() == 4; };
  const auto save = [&] {
    std::this_thread::sleep_for(kCost);
    saved.push_back(Clock::now());
  };
  Slow slow(1ms, 0ms);
  EXPECT_EQ(SmallRun("epochs = 1", 50'000).trainer.run({slow, stop, save}), RunOutcome::interrupted);
  ASSERT_EQ(saved.size(), 5u) << "four on the timer, one when stopped";
  EXPECT_GE(saved[0] - slow.started, 250ms);
  for (int i = 1; i < 4; ++i) {
    const Clock::duration age = saved[i - 1] - slow.started, interval = saved[i] - saved[i - 1];
    EXPECT_GE(interval, std::min<Clock::duration>(100 * kCost, age) - 5ms) << i;
  }
}

TEST(Trainer, CountsMinutesFromTheLastCheckpointOnAndNotFromTheLastEpoch) {
  int saved = 0;
  Slow slow(0ms, 60ms);
  const Trainer::Hooks hooks{slow, [] { return false; }, [&] { ++saved; }};
  SmallRun run("epochs = 12\ncheckpoint = { epochs = 100, minutes = 0.0033 }", 3);
  EXPECT_EQ(run.trainer.run(hooks), RunOutcome::finished);
  EXPECT_GE(saved, 3) << "0.72 s with one every 0.2 s, and the last";
}

/// A position between epochs, `keys` beside those that are 0.
std::string position(const std::string& keys) {
  return R"({"best":0.0,"best_epoch":0,"loss":0.0,"penalties":[],"reconstruction":0.0,"rows":0,"seconds":0.0,"step":0,)" +
         keys + "}";
}

/// As text in the file's header they would be more than a safetensors file may have there.
TEST(Trainer, RestoresTheMetricsOfAMillionEpochs) {
  EpochRecord epoch;
  epoch.train = {0.1, 0.1, {}};
  epoch.samples_per_second = 3e3;
  std::vector<EpochRecord> epochs(1'000'000, epoch);
  epochs.back().train.loss = 0.25;
  SmallRun run("epochs = 1000000", 3);
  SafeTensors checkpoint = parse_checkpoint(run.trainer.checkpoint(epochs), "c");
  checkpoint.metadata.at("position") = position(R"("epoch":1000001,"finished":true)");
  const auto found = run.trainer.restore(checkpoint, "c");
  ASSERT_EQ(found.size(), epochs.size());
  EXPECT_EQ(found.back().epoch, 1'000'000);
  EXPECT_EQ(found.back().train.loss, 0.25);
}

TEST(Trainer, RefusesAPositionThatContradictsItself) {
  SmallRun run("epochs = 3", 4), other("epochs = 3", 4);  // a step per row
  SafeTensors checkpoint = parse_checkpoint(run.trainer.checkpoint({}), "c");
  const auto refusal = [&](const std::string& text) {
    checkpoint.metadata.at("position") = text;
    return message_of<Error>([&] { other.trainer.restore(checkpoint, "c"); });
  };
  const auto within = [](const std::string& step, const std::string& rows, const std::string& more = "false") {
    return R"({"best":0.0,"best_epoch":0,"loss":1.0,"penalties":[],"reconstruction":1.0,"seconds":0.5,"epoch":1,"step":)" +
           step + R"(,"rows":)" + rows + R"(,"finished":)" + more + "}";
  };
  const std::string place = "c: metadata \"position\": ";
  EXPECT_EQ(refusal(position(R"("epoch":1,"finished":true)")),
            place + "finished: expected false at epoch 1 step 0, where no run ends");
  EXPECT_EQ(refusal(within("2", "2", "true")), place + "finished: expected false at epoch 1 step 2, where no run ends");
  EXPECT_EQ(refusal(within("2", "3")), place + "rows: expected 2 after 2 steps, found 3");
  EXPECT_EQ(refusal(within("2", "4611686018427387904")),
            place + "rows: expected 2 after 2 steps, found 4611686018427387904");
  EXPECT_EQ(refusal(within("2", "-5")), place + "rows: expected at least 0, found -5");
  EXPECT_EQ(refusal(within("0", "0")), place + "expected sums of 0 between epochs, found others");
  EXPECT_EQ(refusal(within("9223372036854775807", "1")),
            "c: stands at epoch 1 step 9223372036854775807, which is not in a run on this data");
  EXPECT_EQ(refusal(position(R"("epoch":9223372036854775807,"finished":false)")),
            "c: the run has 9223372036854775806 epochs already, expected at most the 3 of train.epochs");
  EXPECT_EQ(refusal(position(R"("epoch":2,"finished":false)")),
            "c: its metrics hold 0 epochs, its weights stand after 1");
  EXPECT_EQ(refusal(within("2", "2")), "nothing was thrown");
}

/// Keeps a copy of the averaged weights by hand.
TEST(Trainer, MeasuresAndKeepsTheAverageOfTheWeights) {
  const std::string plain = "epochs = 3\noptimizer = { sgd = 0.002 }\nschedule = { step = 0.5, every = 1 }\n";
  SmallRun averaged(plain + "ema = 0.75", 4), other(plain, 4);
  std::vector<double> expected = values_of(other.model.theta());
  struct Average final : RunListener {
    std::vector<double>& mean;
    Autoencoder& model;
    Average(std::vector<double>& mean, Autoencoder& model) : mean(mean), model(model) {}
    void on_step(const StepRecord&) override {
      const auto now = values_of(model.theta());
      for (size_t i = 0; i < mean.size(); ++i) mean[i] = 0.75 * mean[i] + 0.25 * now[i];
    }
  } average(expected, other.model);
  RunListener silent;
  const auto never = [] { return false; };
  other.trainer.run({average, never, {}});
  averaged.trainer.run({silent, never, {}});
  const auto found = values_of(averaged.model.theta());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
  SafeTensors checkpoint = parse_checkpoint(averaged.trainer.checkpoint({{}, {}, {}}), "c");
  EXPECT_EQ(values_of(checkpoint.tensors.at("ema")), found);
  EXPECT_EQ(values_of(checkpoint.tensors.at("theta")), values_of(other.model.theta()));
}

/// With the average of the weights, the state of a plateau and early stopping: stopped after every step, each time
/// continued by a new trainer.
TEST(Trainer, ContinuesAveragesAndPlateausFromEveryStep) {
  const std::string keys =
      "epochs = 6\noptimizer = { adamw = 0.3 }\nschedule = { plateau = 0.5, patience = 0 }\n"
      "early_stopping = { patience = 5 }\nema = 0.5\nclip_norm = 0.1";
  RunListener silent;
  SmallRun whole(keys, 20);
  const RunOutcome end = whole.trainer.run({silent, [] { return false; }, {}});
  struct Record final : RunListener {
    std::vector<EpochRecord> epochs;
    int falls = 0;
    bool has_stepped = false;
    void on_step(const StepRecord&) override { has_stepped = true; }
    void on_epoch(const EpochRecord& e) override { epochs.push_back(e); }
    void on_note(const std::string& text) override { falls += text.find("the learning rate becomes") != text.npos; }
  } record;
  std::string bytes;
  std::vector<double> last;
  RunOutcome outcome = RunOutcome::interrupted;
  for (int parts = 0; outcome == RunOutcome::interrupted && parts < 200; ++parts) {
    SmallRun part(keys, 20);
    if (!bytes.empty()) part.trainer.restore(parse_checkpoint(bytes, "c"), "c");
    outcome = part.trainer.run({record, [&] { return std::exchange(record.has_stepped, false); },
                                [&] { bytes = part.trainer.checkpoint(record.epochs); }});
    last = values_of(part.model.theta());
  }
  EXPECT_EQ(last, values_of(whole.model.theta()));
  EXPECT_EQ(outcome, end);
  EXPECT_GT(record.falls, 0);
}

TEST(Trainer, RefusesAPlateauThatContradictsThePosition) {
  SmallRun run("epochs = 3\nschedule = \"plateau\"", 20), other("epochs = 3\nschedule = \"plateau\"", 20);
  SafeTensors checkpoint = parse_checkpoint(run.trainer.checkpoint({}), "c");
  const auto refusal = [&](const std::string& text) {
    checkpoint.metadata.at("position") = text;
    return message_of<Error>([&] { other.trainer.restore(checkpoint, "c"); });
  };
  const std::string at_start = R"("epoch":1,"finished":false)";
  EXPECT_EQ(refusal(position(at_start)), "c: metadata \"position\": plateau: expected its state");
  EXPECT_EQ(refusal(position(at_start + R"(,"plateau":{"bad_epochs":0,"best":0.0,"epochs":1,"factor":1.0})")),
            "c: metadata \"position\": plateau: expected 0 epochs, found 1, of which 0 are bad");
}

TEST(Trainer, RefusesTensorsThatAreNotFinite) {
  SmallRun run("epochs = 2", 3), other("epochs = 2", 3);
  for (const char* tensor : {"theta", "adam.m", "adam.v"}) {
    SafeTensors checkpoint = parse_checkpoint(run.trainer.checkpoint({}), "c");
    checkpoint.tensors.at(tensor).as<float>()[1] = std::nanf("");
    EXPECT_EQ(message_of<Error>([&] { other.trainer.restore(checkpoint, "c"); }),
              fmt::format("c: tensor {} has a value that is not a finite number", tensor));
  }
}

TEST(Trainer, RefusesMetricsOfOtherColumns) {
  SmallRun run("epochs = 2", 3), other("epochs = 2", 3);
  SafeTensors checkpoint = parse_checkpoint(run.trainer.checkpoint({}), "c");
  checkpoint.metadata.at("columns") = R"(["train.loss"])";
  const auto refusal = [&] { return message_of<Error>([&] { other.trainer.restore(checkpoint, "c"); }); };
  EXPECT_EQ(refusal(),
            R"(c: metadata "columns": expected ["train.loss","train.reconstruction","seconds","samples_per_second"], )"
            R"(found ["train.loss"])");
  checkpoint.metadata.erase("columns");
  EXPECT_EQ(refusal(), R"(c: not a checkpoint: metadata "columns" is missing)");
}

}  // namespace
}  // namespace hourglass
