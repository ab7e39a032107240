#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "cli/workspace.h"
#include "hourglass/data/formats/gzip.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Twelve epochs in which everything that a checkpoint holds matters.
const Words kLong = {"--epochs", "12",
                     "--set",    "train.batch_size=32",
                     "--set",    "corruption.masking=0.2",
                     "--set",    "augmentation.flip=horizontal",
                     "--set",    "augmentation.crop=2",
                     "--set",    "objective.sparse_kl={weight=0.01}",
                     "--set",    "train.schedule={cosine=0.0, warmup_steps=50}",
                     "--set",    "train.early_stopping={patience=20}"};

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Resume : public Workspace {
 protected:
  /// Runs until the progress says `text`, then sends the signal.
  Outcome stop_at(const std::string& text, int signal, const Words& words) const {
    Process process(launch(words));
    EXPECT_TRUE(process.says(text));
    process.send(signal);
    return process.wait();
  }

  void expect_same_run(const std::string& run, const std::string& uninterrupted) const {
    EXPECT_TRUE(read(run + "/model.safetensors") == read(uninterrupted + "/model.safetensors"));
    EXPECT_EQ(metrics(run), metrics(uninterrupted));
    EXPECT_TRUE(exists(run + "/reconstructions.png"));
  }

  /// Runs it and returns its messages.
  std::string succeeded_err(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_TRUE(succeeded(outcome));
    return outcome.err;
  }

  /// Cuts a file in half.
  void damage(const std::string& file) const { fs::resize_file(path(file), fs::file_size(path(file)) / 2); }
};

const std::string kNewest = "run/checkpoint/newest.safetensors";
const std::string kPrevious = "run/checkpoint/previous.safetensors";

/// As of nohup, and of a job that a script runs in the background.
TEST_F(Resume, IsNotAskedForByASignalThatTheParentIgnores) {
  Launch ignoring = launch(training("dense.toml", "run", {"--epochs", "4"}));
  ignoring.before = [] { ::signal(SIGINT, SIG_IGN); };
  Process process(ignoring);
  ASSERT_TRUE(process.says("epoch 1/4"));
  process.send(SIGINT);
  process.send(SIGINT);
  EXPECT_TRUE(succeeded(process.wait()));
  EXPECT_EQ(metrics("run").size(), 4u);
}

TEST_F(Resume, ResumesBitExactlyAfterCtrlC) {
  train("dense.toml", "uninterrupted", kLong);
  const Outcome stopped = stop_at("epoch  1/12", SIGINT, training("dense.toml", "run", kLong));
  EXPECT_TRUE(failed(130, stopped, {"interrupted", "continue with: hourglass train --resume run\n"}));
  EXPECT_LT(metrics("run").size(), 12u);
  EXPECT_TRUE(exists(kNewest));
  EXPECT_TRUE(eval("run").contains("bce")) << "the model is usable";
  const Outcome resumed = train("dense.toml", "run", kLong + Words{"--resume"});
  EXPECT_TRUE(contains(resumed.err, "resuming from run/checkpoint/newest.safetensors"));
  expect_same_run("run", "uninterrupted");
}

TEST_F(Resume, EndsCleanlyOnOtherPoliteSignals) {
  train("dense.toml", "uninterrupted", kLong);
  for (const int signal : {SIGTERM, SIGUSR1}) {
    EXPECT_TRUE(failed(130, stop_at("epoch  1/12", signal, training("dense.toml", "run", kLong)), {"interrupted"}));
    EXPECT_TRUE(exists("run/model.safetensors"));
    train("dense.toml", "run", kLong + Words{"--resume"});
    expect_same_run("run", "uninterrupted");
    fs::remove_all(path("run"));
  }
}

const std::string kCompatible = HOURGLASS_TESTS "/compat/";

struct Killed {
  const char* name;
  std::string recipe;
  std::string data;
  Words more;
};

class ResumeAfterKills : public Resume, public testing::WithParamInterface<Killed> {
 protected:
  /// Whether it was still running. Waits longer where kills come before any progress, less where they come too late.
  bool is_killed(const Words& words) {
    Process process(launch(words));
    process.says("ing ");  // "starting at the beginning", "resuming from"
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(longest_wait_ * (random_() % 1000) / 1000.0));
    process.send(SIGKILL);
    const Outcome outcome = process.wait();
    const std::string beginning = outcome.err.substr(0, outcome.err.find('\n'));
    longest_wait_ *= outcome.code == 0 ? 0.5 : beginning == last_beginning_ ? 1.5 : 1;
    last_beginning_ = beginning;
    within_epochs_ += beginning.ends_with(" steps");
    return outcome.code == 128 + SIGKILL;
  }

  std::mt19937 random_{20};
  double longest_wait_ = 30;  ///< milliseconds
  std::string last_beginning_;
  int within_epochs_ = 0;
};

/// A checkpoint after each step, so that most kills fall into one.
TEST_P(ResumeAfterKills, ResumesBitExactlyOnAnyNumberOfThreads) {
  const auto& [name, file, data, more] = GetParam();
  const Words recipe = Words{"--data", data, "--epochs", "20", "--set", "train.checkpoint={minutes=1e-9}"} + more;
  train(file, "uninterrupted", recipe);
  for (int kills = 0; kills < 13 || within_epochs_ == 0;) {
    const Words words = recipe + Words{"--resume", "--threads", kills % 2 ? "2" : "1"};
    if (is_killed(training(file, "run", words))) {
      ++kills;
    } else {
      expect_same_run("run", "uninterrupted");
      fs::remove_all(path("run"));
    }
  }
  train(file, "run", recipe + Words{"--resume"});
  expect_same_run("run", "uninterrupted");
}

INSTANTIATE_TEST_SUITE_P(
    Recipes, ResumeAfterKills,
    testing::Values(Killed{"Dense", "dense.toml", kImages, Words(kLong.begin() + 2, kLong.end())},
                    Killed{"Conv", "conv.toml", kImages, {}},
                    Killed{"Denoising", "conv.toml", kImages, {"--set", "corruption.gaussian=0.1"}},
                    Killed{"Contractive", "dense.toml", kImages, {"--set", "objective.contractive={weight=0.1}"}},
                    Killed{"FallingTopKAndHessian",
                           "dense.toml",
                           kImages,
                           {"--set", "model.encoder=[{ dense = 40 }, { topk = 3, from = 30 }, { dense = 6 }, \"tanh\"]",
                            "--set", "objective.hessian={weight=0.1, probes=2}"}},
                    Killed{"AverageAndPlateau",
                           "dense.toml",
                           kImages,
                           {"--set", "train.ema=0.95", "--set", "train.optimizer={adamw=0.05}", "--set",
                            "train.schedule={plateau=0.5, patience=0}", "--set", "train.clip_norm=0.1", "--set",
                            "train.early_stopping={patience=15}"}},
                    Killed{
                        "NormalisationAndDropout",
                        "dense.toml",
                        kImages,
                        {"--set",
                         "model.encoder=[{ dense = 40 }, \"batch_norm\", \"silu\", { dropout = 0.2 }, { dense = 6 }, "
                         "\"layer_norm\", \"prelu\"]"}},
                    Killed{"TableWithThreshold",
                           kCompatible + "table.toml",
                           kCompatible + "table.csv",
                           {"--set", "train.batch_size=1"}}),
    [](const auto& info) { return info.param.name; });

TEST_F(Resume, FindsTheNewestCheckpointWhereverAKillLeftIt) {
  train("dense.toml", "run");
  const auto finished = files("run");
  fs::rename(path(kNewest), path("run/checkpoint/next.safetensors"));
  write("run/checkpoint/.hourglass-1-0.tmp", "half a checkpoi");
  const Outcome outcome = train("dense.toml", "run", {"--resume"});
  EXPECT_TRUE(contains(outcome.err, "resuming from run/checkpoint/next.safetensors after epoch 2"));
  expect_same_run("run", "run");
}

TEST_F(Resume, KeepsCheckpointsAsOftenAsAsked) {
  const auto epochs_kept = [&](const std::string& often, const std::string& file) {
    fs::remove_all(path("run"));
    train("dense.toml", "run", {"--epochs", "5", "--set", "train.checkpoint=" + often});
    const auto checkpoint = read_safetensors(path(file));
    return nlohmann::json::parse(checkpoint.metadata.at("position"))["epoch"].get<int>() - 1;
  };
  EXPECT_EQ(epochs_kept("{epochs=1, minutes=10}", kPrevious), 4);
  EXPECT_EQ(epochs_kept("{epochs=3, minutes=10}", kPrevious), 3);
  EXPECT_EQ(epochs_kept("{epochs=3, minutes=10}", kNewest), 5) << "the last is always kept";
  EXPECT_EQ(epochs_kept("{epochs=9, minutes=10}", kNewest), 5);
  EXPECT_FALSE(exists(kPrevious));
  EXPECT_EQ(epochs_kept("{epochs=9, minutes=1e-9}", kPrevious), 4);
}

TEST_F(Resume, KeepsCheckpointsWithinALongEpochUnasked) {
  const Words recipe = {"--epochs", "1",
                        "--set",    "train.batch_size=1",
                        "--set",    "train.checkpoint={epochs=1}",
                        "--set",    "model.encoder=[{ dense = 200 }, \"sigmoid\"]"};
  train("dense.toml", "uninterrupted", recipe);
  Process process(launch(training("dense.toml", "run", recipe)));
  while (!exists(kNewest)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  process.send(SIGKILL);
  EXPECT_EQ(process.wait().code, 128 + SIGKILL);
  const Outcome resumed = train("dense.toml", "run", recipe + Words{"--resume"});
  EXPECT_TRUE(contains(resumed.err, "after epoch 0 and ")) << "a kill costs less than an epoch";
  expect_same_run("run", "uninterrupted");
}

TEST_F(Resume, MayChangeHowOftenCheckpointsAreKept) {
  train("dense.toml", "uninterrupted", kLong);
  stop_at("epoch  2/12", SIGTERM, training("dense.toml", "run", kLong + Words{"--set", "train.checkpoint={epochs=5}"}));
  const Outcome outcome =
      train("dense.toml", "run", kLong + Words{"--resume", "--set", "train.checkpoint={minutes=1}"});
  EXPECT_TRUE(contains(outcome.err, "resuming from " + kNewest)) << "where the signal came, not at a 5th epoch";
  EXPECT_EQ(metrics("run"), metrics("uninterrupted"));
}

TEST_F(Resume, DoesNotNeedTheMetricsFile) {
  train("dense.toml", "uninterrupted", kLong);
  for (const char* damage : {"{\"epo", ""}) {
    stop_at("epoch  2/12", SIGINT, training("dense.toml", "run", kLong));
    *damage ? write("run/metrics.jsonl", damage) : void(fs::remove(path("run/metrics.jsonl")));
    train("dense.toml", "run", kLong + Words{"--resume"});
    expect_same_run("run", "uninterrupted");
    fs::remove_all(path("run"));
  }
}

TEST_F(Resume, DrawsTheReportFilesOfARunKilledBeforeThem) {
  train("dense.toml", "run");
  const auto before = files("run");
  for (const char* file : {"run/loss.png", "run/reconstructions.png"}) {
    fs::remove(path(file));
    train("dense.toml", "run", {"--resume"});
    EXPECT_TRUE(exists(file));
  }
  EXPECT_TRUE(files("run") == before);
}

TEST_F(Resume, ResumesTheReportAfterAKill) {
  train("dense.toml", "run");
  const auto before = files("run");
  const auto drawn = fs::last_write_time(path("run/plots/feature-error.svg"));
  fs::remove(path("run/plots/loss.svg"));
  fs::remove(path("run/report.html"));
  train("dense.toml", "run", {"--resume"});
  EXPECT_TRUE(files("run") == before);
  EXPECT_EQ(fs::last_write_time(path("run/plots/feature-error.svg")), drawn) << "it was there";
}

TEST_F(Resume, LeavesNoPictureOfAnEarlierModel) {
  stop_at("epoch  2/12", SIGINT, training("dense.toml", "run", kLong));
  ASSERT_TRUE(succeeded(run({"report", "run"})));
  const auto before = files("run");
  train("dense.toml", "run", kLong + Words{"--resume"});
  for (const char* picture : {"loss.png", "reconstructions.png", "report.html", "plots/loss.svg"})
    EXPECT_FALSE(read("run/" + std::string(picture)) == before.at(picture)) << picture;
}

TEST_F(Resume, RefusesAFolderInUseAndNamesItsProcess) {
  train("dense.toml", "uninterrupted", kLong);
  Process first(launch(training("dense.toml", "run", kLong)));
  ASSERT_TRUE(first.says("epoch  1/12"));
  for (const Words& again : {Words{}, Words{"--resume"}, Words{"--overwrite"}}) {
    const std::string holder = "in use by process " + std::to_string(first.id()) + " on ";
    EXPECT_TRUE(failed(1, run(training("dense.toml", "run", kLong + again)), {"run: ", holder}));
  }
  EXPECT_TRUE(succeeded(first.wait()));
  expect_same_run("run", "uninterrupted");
  EXPECT_FALSE(exists("run/.lock"));
}

TEST_F(Resume, NeedsOnlyTheFolder) {
  train("dense.toml", "uninterrupted", kLong);
  for (const Words& words : {Words{"--resume", "run"}, {"run", "--resume"}, {"--output-dir", "run", "--resume"}}) {
    EXPECT_TRUE(failed(130, stop_at("epoch  1/12", SIGINT, training("dense.toml", "run", kLong)), {"interrupted"}));
    EXPECT_TRUE(contains(succeeded_err(Words{"train"} + words), "resuming from run/checkpoint/newest.safetensors"));
    expect_same_run("run", "uninterrupted");
    fs::remove_all(path("run"));
  }
}

TEST_F(Resume, TakesMoreEpochsOfATable) {
  std::string table = "a,b,c\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i, (3 * i) % 11, (i * i) % 5);
  write("d.csv", table);
  const auto words = [](const std::string& run, const std::string& epochs) {
    return Words{
        "train", "--data", "d.csv", "--epochs", epochs, "--output-dir", run, "--set", "train.optimizer={sgd=0.01}"};
  };
  EXPECT_TRUE(succeeded(run(words("run", "3"))));
  EXPECT_TRUE(succeeded(run(words("whole", "6"))));
  EXPECT_TRUE(succeeded(run({"train", "--data", "d.csv", "--epochs", "6", "--output-dir", "run", "--resume"})));
  expect_same_run("run", "whole");
}

/// The last average continues, and the weights under it, not the best average that the model file has.
TEST_F(Resume, TakesMoreEpochsOfAnAverage) {
  const Words more = {"--data",  kImages,
                      "--set",   "train.ema=0.9",
                      "--set",   "train.optimizer={rmsprop=0.02, momentum=0.5}",
                      "--set",   "train.schedule={plateau=0.5, patience=0}",
                      "--set",   "train.early_stopping={patience=9}",
                      "--epochs"};
  train("dense.toml", "run", more + Words{"3"});
  train("dense.toml", "whole", more + Words{"8"});
  train("dense.toml", "run", more + Words{"8", "--resume"});
  expect_same_run("run", "whole");
}

TEST_F(Resume, TakesTheSameDataUnderAnotherPath) {
  std::string table = "a,b,c\n";
  for (int i = 0; i < 40; ++i) table += fmt::format("{},{},{}\n", i, (3 * i) % 11, (i * i) % 5);
  write("d.csv", table);
  fs::create_directory(path("folder"));
  fs::copy(path("d.csv"), path("folder/moved.csv"));
  const auto words = [](const std::string& run, const std::string& data, const std::string& epochs) {
    return Words{"train", "--data",   data,   "--set", "data.test=\"" + data + "\"", "--output-dir",
                 run,     "--epochs", epochs, "--set", "train.optimizer={sgd=0.01}"};
  };
  EXPECT_TRUE(succeeded(run(words("whole", "d.csv", "4"))));
  const Words spellings = {"./d.csv", path("d.csv").string(), "folder/../d.csv", "folder/moved.csv"};
  for (const std::string& spelling : spellings) {
    fs::remove_all(path("run"));
    EXPECT_TRUE(succeeded(run(words("run", "d.csv", "2"))));
    EXPECT_TRUE(contains(succeeded_err(words("run", spelling, "4") + Words{"--resume"}), "resuming from"));
    EXPECT_EQ(metrics("run"), metrics("whole")) << spelling;
  }
}

TEST_F(Resume, TellsOfOtherInstructions) {
  const auto old_processor = [] { ::setenv("ONEDNN_MAX_CPU_ISA", "SSE41", 1); };
  const Words more = {"--set", "train.optimizer={sgd=0.01}", "--epochs"};
  ASSERT_TRUE(succeeded(run_after(old_processor, training("dense.toml", "run", more + Words{"1"}))));
  const std::string note = "the run was trained with Hourglass ";
  const Outcome other = train("dense.toml", "run", more + Words{"2", "--resume"});
  EXPECT_TRUE(contains(other.err, note));
  EXPECT_TRUE(contains(other.err, "(SSE4.1); here it continues with "));
  const Outcome same = train("dense.toml", "run", more + Words{"3", "--resume"});
  EXPECT_FALSE(contains(same.err, note));
}

TEST_F(Resume, RefusesWhatIsNoRun) {
  EXPECT_TRUE(refused(run({"train", "--resume", "nowhere"}), {"nowhere: not a run folder"}));
  EXPECT_TRUE(refused(run({"train", "--resume", "a", "--output-dir", "b"}), {"--resume a", "--output-dir b"}));
}

TEST_F(Resume, StartsAtTheBeginningWhereThereIsNoRun) {
  train("dense.toml", "uninterrupted");
  fs::create_directory(path("empty"));
  for (const char* folder : {"new", "empty"}) {
    const Outcome outcome = train("dense.toml", folder, {"--resume"});
    EXPECT_TRUE(contains(outcome.err, "starting at the beginning"));
    expect_same_run(folder, "uninterrupted");
  }
}

TEST_F(Resume, DoesNothingToAFinishedRun) {
  train("dense.toml", "run");
  const auto before = files("run");
  const auto written = fs::last_write_time(path("run/model.safetensors"));
  const Outcome outcome = train("dense.toml", "run", {"--resume", "--json"});
  EXPECT_TRUE(contains(outcome.err, "already finished"));
  EXPECT_TRUE(files("run") == before);
  EXPECT_EQ(fs::last_write_time(path("run/model.safetensors")), written);
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["test"]["bce"], metrics("run").back()["test"]["reconstruction"]);
}

TEST_F(Resume, FinishesARunKilledBeforeItsModelWasWritten) {
  train("dense.toml", "run");
  const auto before = files("run");
  write("run/model.safetensors", "of an earlier interruption");
  train("dense.toml", "run", {"--resume"});
  EXPECT_TRUE(read("run/model.safetensors") == before.at("model.safetensors"));
  EXPECT_EQ(read("run/metrics.jsonl"), before.at("metrics.jsonl"));
}

TEST_F(Resume, FallsBackToThePreviousCheckpoint) {
  train("dense.toml", "uninterrupted");
  train("dense.toml", "run");
  damage(kNewest);
  const Outcome outcome = train("dense.toml", "run", {"--resume"});
  EXPECT_TRUE(contains(outcome.err, kNewest));
  EXPECT_TRUE(contains(outcome.err, "resuming from " + kPrevious + " after epoch 1"));
  expect_same_run("run", "uninterrupted");
}

TEST_F(Resume, NoticesASingleFlippedBit) {
  train("dense.toml", "uninterrupted");
  train("dense.toml", "run");
  std::string bytes = read(kNewest);
  bytes[bytes.size() / 2] ^= 1;
  write(kNewest, bytes);
  const Outcome outcome = train("dense.toml", "run", {"--resume"});
  EXPECT_TRUE(contains(outcome.err, kNewest + ": damaged: its SHA-256 is "));
  EXPECT_TRUE(contains(outcome.err, "resuming from " + kPrevious + " after epoch 1"));
  expect_same_run("run", "uninterrupted");
}

TEST_F(Resume, StopsWhenNoCheckpointCanBeRead) {
  train("dense.toml", "run");
  damage(kNewest);
  damage(kPrevious);
  const auto before = files("run");
  EXPECT_TRUE(refused(run(training("dense.toml", "run", {"--resume"})),
                      {kNewest, kPrevious, "there is no checkpoint to resume from", "model.safetensors",
                       "begin anew with --overwrite"}));
  EXPECT_TRUE(files("run") == before);
  fs::remove_all(path("run/checkpoint"));
  EXPECT_TRUE(refused(run(training("dense.toml", "run", {"--resume"})), {"no checkpoint", "metrics.jsonl (2 epochs)"}));
}

TEST_F(Resume, StopsWhenReadingTheCheckpointsFails) {
  train("dense.toml", "run");
  const auto before = files("run");
  for (const auto& file : {kNewest, kPrevious}) fs::permissions(path(file), fs::perms::none);
  EXPECT_TRUE(refused(run_after(obey_permissions, training("dense.toml", "run", {"--resume"})),
                      {kNewest + ": cannot read: Permission denied", "no checkpoint to resume from"}));
  for (const auto& file : {kNewest, kPrevious}) fs::permissions(path(file), fs::perms::owner_read);
  EXPECT_TRUE(files("run") == before);
}

TEST_F(Resume, RefusesACheckpointOfAnotherRecipe) {
  train("dense.toml", "run");
  const auto before = files("run");
  EXPECT_TRUE(refused(run(training("dense.toml", "run", {"--resume", "--seed", "1"})),
                      {kNewest, "another recipe", "train.seed: 42 in the run, now 1"}));
  EXPECT_TRUE(files("run") == before);
}

TEST_F(Resume, RefusesOtherDataOfTheSameShape) {
  fs::copy(kSample, path("sample"));
  const Words words = {"--data", "sample"};
  train("dense.toml", "run", words);
  const auto before = files("run");
  for (const std::string split : {"train", "t10k"}) {
    const std::string images = "sample/" + split + "-images-idx3-ubyte";  // where there is one, the .gz is not read
    std::string pixels = gunzip(read(images + ".gz"), 1 << 24, images);
    pixels.back() = static_cast<char>(pixels.back() ^ 1);
    write(images, pixels);
    EXPECT_TRUE(refused(run(training("dense.toml", "run", words + Words{"--resume"})),
                        {kNewest, "made with other data: the SHA-256 of its ",
                         split == "train" ? "train_data is " : "test_data is ", ", found "}));
    EXPECT_TRUE(files("run") == before);
    fs::remove(path(images));
  }
}

class FullDisk : public Resume {
 protected:
  /// Enough for metrics, but not for weights.
  Outcome run_on_full_disk(const Words& words) const { return run_after(limited(RLIMIT_FSIZE, 20'000), words); }

  bool has_leftovers(const std::string& folder) const {
    const auto left = files(folder);
    return std::any_of(left.begin(), left.end(), [](const auto& file) { return file.first.ends_with(".tmp"); });
  }
};

TEST_F(FullDisk, FailsNamingTheFileAndLeavesNothingHalfWritten) {
  const Outcome outcome = run_on_full_disk(training("dense.toml", "run"));
  EXPECT_TRUE(failed(1, outcome, {"run/checkpoint/", "cannot write"}));
  EXPECT_FALSE(exists("run/model.safetensors"));
  EXPECT_FALSE(has_leftovers("run"));
}

TEST_F(FullDisk, LeavesAnEarlierOutputWhole) {
  train("dense.toml", "run", {"--epochs", "1"});
  ASSERT_TRUE(succeeded(run({"encode", "run", "-o", "codes.npy"})));
  const std::string before = read("codes.npy");
  const Outcome outcome = run_on_full_disk({"encode", "run", "--split", "train", "-o", "codes.npy"});
  EXPECT_TRUE(failed(1, outcome, {"codes.npy", "cannot write"}));
  EXPECT_TRUE(read("codes.npy") == before);
  EXPECT_FALSE(has_leftovers("."));
}

TEST_F(FullDisk, KeepsEveryCheckpointAndResumesWhenThereIsSpace) {
  train("dense.toml", "uninterrupted", kLong);
  stop_at("epoch  2/12", SIGINT, training("dense.toml", "run", kLong));
  const auto before = files("run");
  EXPECT_TRUE(failed(1, run_on_full_disk(training("dense.toml", "run", kLong + Words{"--resume"})), {"cannot write"}));
  EXPECT_FALSE(has_leftovers("run"));
  for (const std::string file :
       {"model.safetensors", "checkpoint/newest.safetensors", "checkpoint/previous.safetensors"})
    EXPECT_TRUE(read("run/" + file) == before.at(file)) << file;
  train("dense.toml", "run", kLong + Words{"--resume"});
  expect_same_run("run", "uninterrupted");
}

TEST_F(FullDisk, DoesNotLoseTheLastGoodCheckpointToADamagedOne) {
  train("dense.toml", "run");
  damage(kNewest);
  const std::string good = read(kPrevious);
  EXPECT_EQ(run_on_full_disk(training("dense.toml", "run", {"--resume"})).code, 1);
  EXPECT_TRUE(read(kPrevious) == good);
}

}  // namespace
}  // namespace hourglass::cli_test
