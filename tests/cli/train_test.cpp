#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass::cli_test {
namespace {

class Train : public Workspace {
 protected:
  SafeTensors model(const std::string& run) const { return read_safetensors(path(run + "/model.safetensors")); }

  static bool same_tensors(const SafeTensors& a, const SafeTensors& b) {
    if (a.tensors.size() != b.tensors.size()) return false;
    return std::all_of(a.tensors.begin(), a.tensors.end(), [&](const auto& entry) {
      const auto other = b.tensors.find(entry.first);
      return other != b.tensors.end() &&
             std::equal(entry.second.template as<float>(), entry.second.template as<float>() + entry.second.size(),
                        other->second.template as<float>());
    });
  }

  static bool is_finite(const SafeTensors& file) {
    return std::all_of(file.tensors.begin(), file.tensors.end(), [](const auto& entry) {
      const float* values = entry.second.template as<float>();
      return std::all_of(values, values + entry.second.size(), [](float x) { return std::isfinite(x); });
    });
  }
};

TEST_F(Train, LeavesARunFolder) {
  train("dense.toml", "run");
  const auto left = files("run");
  for (const char* file : {"recipe.toml", "model.safetensors", "metrics.jsonl", "checkpoint/newest.safetensors",
                           "loss.png", "reconstructions.png"})
    EXPECT_TRUE(left.contains(file)) << file;
  for (const auto& [file, bytes] : left) EXPECT_FALSE(file.ends_with(".tmp")) << file;
  EXPECT_TRUE(is_png(left.at("loss.png")));
  EXPECT_TRUE(is_png(left.at("reconstructions.png")));
}

TEST_F(Train, WritesALineOfMetricsPerEpoch) {
  train("dense.toml", "run", {"--set", "objective.sparse_kl={weight=0.01}"});
  const auto epochs = metrics("run");
  ASSERT_EQ(epochs.size(), 2u);
  EXPECT_EQ(epochs[0]["epoch"], 1);
  EXPECT_EQ(epochs[1]["epoch"], 2);
  const auto& terms = epochs[1]["train"];
  EXPECT_NEAR(terms["loss"].get<double>(),
              terms["reconstruction"].get<double>() + 0.01 * terms["sparse_kl"].get<double>(), 1e-9);
  EXPECT_EQ(epochs[1]["test"]["loss"], epochs[1]["test"]["reconstruction"]) << "penalties are left out";
  EXPECT_LT(epochs[1]["test"]["reconstruction"], epochs[0]["test"]["reconstruction"]) << "it learns";
}

TEST_F(Train, PrintsTheResultOnStdoutAndProgressOnStderr) {
  const Outcome outcome = train("dense.toml", "run");
  EXPECT_TRUE(contains(outcome.out, "test bce 0."));
  EXPECT_TRUE(contains(outcome.out, "run"));
  EXPECT_FALSE(contains(outcome.out, "epoch"));
  EXPECT_TRUE(contains(outcome.err, "epoch 1/2"));
  EXPECT_TRUE(contains(outcome.err, "epoch 2/2"));
  EXPECT_EQ(outcome.err.find_first_of("\r\x1b"), std::string::npos) << "no terminal, no cursor movements";
}

TEST_F(Train, PrintsOneJsonDocumentWhenAsked) {
  const Outcome outcome = train("dense.toml", "run", {"--json"});
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json["epochs"], 2);
  EXPECT_EQ(json["test"]["bce"], metrics("run").back()["test"]["reconstruction"]);
  EXPECT_EQ(json["train"]["bce"], metrics("run").back()["train"]["reconstruction"]);
}

TEST_F(Train, NamesItsDefaultFolderAfterTheRecipe) {
  ASSERT_TRUE(succeeded(run({"train", "dense.toml", "--epochs", "1", "--threads", "1"})));
  EXPECT_TRUE(exists("runs/dense/model.safetensors"));
}

TEST_F(Train, LetsOptionsBeatTheRecipe) {
  train("dense.toml", "run", {"--epochs", "1", "--seed", "7", "--set", "train.batch_size=100", "--data", kImages});
  const std::string resolved = read("run/recipe.toml");
  for (const char* line : {"epochs = 1\n", "seed = 7\n", "batch_size = 100\n", "t10k-images-idx3-ubyte.gz\"\n"})
    EXPECT_TRUE(contains(resolved, line));
  EXPECT_FALSE(metrics("run")[0].contains("test")) << "a path without splits is all training";
}

TEST_F(Train, LeavesARecipeThatTrainsTheSameModel) {
  train("conv.toml", "first", {"--set", "train.schedule={cosine=0.1}", "--set", "objective.sparse_l1={weight=1e-3}"});
  train("first/recipe.toml", "second");
  EXPECT_EQ(read("first/recipe.toml"), read("second/recipe.toml"));
  EXPECT_TRUE(read("first/model.safetensors") == read("second/model.safetensors"));
}

TEST_F(Train, StopsEarlyAndKeepsTheBestWeights) {
  train("dense.toml", "short", {"--set", "data.validation=0.1", "--epochs", "1"});
  const Outcome outcome =
      train("dense.toml", "run", {"--epochs", "9", "--set", "train.early_stopping={patience=1, min_delta=10}"});
  EXPECT_TRUE(contains(outcome.err, "stopped after epoch 2"));
  EXPECT_EQ(metrics("run").size(), 2u);
  EXPECT_TRUE(metrics("run")[1].contains("validation"));
  EXPECT_TRUE(contains(outcome.out, "(epoch 1 of 2)")) << "the losses are those of the weights that are kept";
  EXPECT_TRUE(same_tensors(model("run"), model("short")));
}

/// Epochs are compared, and the best is kept, with the k that the model is used with.
TEST_F(Train, KeepsTheBestEpochOfAFallingK) {
  train("dense.toml", "run",
        {"--epochs", "40", "--set", "model.encoder=[{ dense = 60 }, { topk = 2, from = 60 }]", "--set",
         "train.early_stopping={patience=2}", "--set", "train.optimizer={adam=0.03}"});
  const auto epochs = metrics("run");
  const auto best = std::ranges::min_element(
      epochs, {}, [](const auto& epoch) { return epoch["validation"]["reconstruction"].template get<double>(); });
  ASSERT_LT(epochs.size(), 40u);
  EXPECT_NEAR(eval("run")["bce"].get<double>(), (*best)["test"]["reconstruction"].get<double>(), 1e-9);
}

/// 1024 rows per sample through convolutions on 28 × 28.
TEST_F(Train, NeedsLittleMemoryForAWideExactJacobian) {
  write("eight.npy", npy_bytes(Tensor(DType::f32, {8, 28, 28})));
  train("mnist-conv-contractive-exact", "run", {"--data", "eight.npy", "--epochs", "1"});
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  EXPECT_LT(usage.ru_maxrss, 500 * 1024) << "kB";
}

TEST_F(Train, ReplacesARunOnlyWhenAsked) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto before = files("run");
  EXPECT_TRUE(refused(run(training("dense.toml", "run")), {"run", "not empty", "--resume", "--overwrite"}));
  EXPECT_TRUE(files("run") == before);
  train("dense.toml", "run", {"--overwrite", "--seed", "1"});
  EXPECT_EQ(metrics("run").size(), 2u);
  EXPECT_FALSE(read("run/model.safetensors") == before.at("model.safetensors"));
}

TEST_F(Train, KeepsAnEarlierRunUntilTheNewOneHasACheckpoint) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto before = files("run");
  const auto full_disk = limited(RLIMIT_FSIZE, 20'000);  // enough for metrics, but not for weights
  const Outcome outcome = run_after(full_disk, training("dense.toml", "run", {"--overwrite"}));
  EXPECT_TRUE(failed(1, outcome, {"run/checkpoint/", "cannot write"}));
  for (const char* file : {"model.safetensors", "checkpoint/newest.safetensors", "loss.png", "reconstructions.png"})
    EXPECT_TRUE(read(std::string("run/") + file) == before.at(file)) << file;
  EXPECT_TRUE(contains(train("dense.toml", "run", {"--epochs", "1", "--resume"}).err, "already finished"));
}

TEST_F(Train, StartsFromGivenWeights) {
  train("dense.toml", "first");
  train("dense.toml", "second", {"--init", "first/model.safetensors", "--set", "train.optimizer={sgd=1e-30}"});
  EXPECT_TRUE(same_tensors(model("first"), model("second"))) << "steps too small to move them";
}

TEST_F(Train, RefusesWeightsOfAnotherNetwork) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto start = [&](const std::string& network) {
    return run(training("dense.toml", "new", {"--init", "run/model.safetensors", "--set", network}));
  };
  EXPECT_TRUE(refused(start("model.encoder=[{dense=5},\"sigmoid\"]"),
                      {"run/model.safetensors", "encoder.0.weight", "12 × 784", "5 × 784"}));
  EXPECT_TRUE(refused(start("model.encoder=[{dense=12},\"relu\",{dense=12}]"), {"encoder.2.", "missing"}));
  EXPECT_TRUE(refused(start("model.encoder=[\"relu\",{dense=12}]"), {"encoder.1.", "missing"}));
  EXPECT_TRUE(refused(run(training("dense.toml", "new", {"--init", "nowhere"})), {"nowhere"}));
  EXPECT_TRUE(refused(run(training("dense.toml", "new", {"--init", "dense.toml"})), {"dense.toml"}));
  EXPECT_FALSE(exists("new"));
}

/// No activation bounds what a step of 1e30 does.
const Words kDiverging = {"--set", "objective.reconstruction=mse", "--set", "model.encoder=[{dense=4}]",
                          "--set", "model.decoder=[{dense=784}]",  "--set", "train.optimizer={sgd=1e30}"};

class Divergence : public Train {
 protected:
  /// Stops, says `parts` and leaves a model that can be used.
  void expect_divergence(const Words& more, const Words& parts) const {
    Words words = kDiverging;
    words.insert(words.end(), more.begin(), more.end());
    std::filesystem::remove_all(path("run"));
    EXPECT_TRUE(failed(1, run(training("dense.toml", "run", words)), parts));
    EXPECT_TRUE(is_finite(model("run")));
    EXPECT_TRUE(std::isfinite(eval("run")["mse"].get<double>()));
  }
};

TEST_F(Divergence, IsNamedWithItsStepAndLeavesAFiniteModel) {
  expect_divergence({}, {"diverged at epoch 1 step 2", "from before the first step are kept", "1e+30"});
}

TEST_F(Divergence, IsNoticedInTheLastStepOfAnEpoch) {
  expect_divergence({"--set", "train.batch_size=4000"}, {"diverged at epoch 1 step 1"});
}

TEST_F(Divergence, EndsARunWhateverMovesTheWeights) {
  for (const char* optimizer : {"{sgd=1e300}", "{sgd=1e25, momentum=0.9}", "{adam=1e25}", "{adam=1e300}"})
    expect_divergence({"--set", std::string("train.optimizer=") + optimizer}, {"diverged at epoch 1 step "});
}

TEST_F(Divergence, NamesTheTensorAndIsNeverKeptAsACheckpoint) {
  expect_divergence({"--set", "train.optimizer={sgd=1e300}", "--set", "train.checkpoint={minutes=1e-9}"},
                    {"diverged at epoch 1 step 1: tensor ", "coder.", " is not finite"});
  EXPECT_FALSE(exists("run/checkpoint/newest.safetensors"));
}

}  // namespace
}  // namespace hourglass::cli_test
