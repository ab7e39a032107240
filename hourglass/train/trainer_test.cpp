#include "hourglass/train/trainer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "hourglass/base/error.h"
#include "hourglass/run/checkpoint_file.h"
#include "support/message_of.h"

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

/// As text in the file's header they would be more than a safetensors file may have there.
TEST(Trainer, RestoresTheMetricsOfAMillionEpochs) {
  EpochRecord epoch;
  epoch.train = {0.1, 0.1, {}};
  epoch.samples_per_second = 3e3;
  std::vector<EpochRecord> epochs(1'000'000, epoch);
  epochs.back().train.loss = 0.25;
  SmallRun run("epochs = 1000000", 3);
  const auto found = run.trainer.restore(parse_checkpoint(run.trainer.checkpoint(epochs), "c"), "c");
  ASSERT_EQ(found.size(), epochs.size());
  EXPECT_EQ(found.back().epoch, 1'000'000);
  EXPECT_EQ(found.back().train.loss, 0.25);
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
