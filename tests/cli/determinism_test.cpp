#include <atomic>
#include <thread>

#include "cli/workspace.h"

namespace hourglass::cli_test {
namespace {

struct Case {
  std::string name, recipe;
  Words more;
};

class OneSeed : public Workspace, public testing::WithParamInterface<Case> {
 protected:
  std::string model_of(const std::string& run, const Words& last) const {
    Words words = GetParam().more;
    words.insert(words.end(), {"--data", kImages, "--epochs", "1", "--set", "train.batch_size=256"});
    words.insert(words.end(), last.begin(), last.end());
    train(GetParam().recipe, run, words);
    return read(run + "/model.safetensors");
  }
};

// A batch of 256 and a last one of 128 are cut into micro-batches differently.
TEST_P(OneSeed, IsOneResultOnAnyNumberOfThreads) {
  const std::string one = model_of("one", {});
  for (const char* threads : {"1", "2", "3", "4", "8"})
    EXPECT_TRUE(one == model_of(std::string("run") + threads, {"--threads", threads})) << threads << " threads";
  EXPECT_FALSE(one == model_of("other", {"--seed", "43"})) << "the seed matters";
}

/// Keeps every processor busy with more threads than there are.
class Load {
 public:
  Load() {
    for (unsigned i = 0; i < 2 * std::thread::hardware_concurrency() + 1; ++i)
      threads_.emplace_back([this] {
        while (!over_) {
        }
      });
  }
  ~Load() {
    over_ = true;
    for (auto& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

class OneSeedUnderLoad : public OneSeed {};

TEST_P(OneSeedUnderLoad, IsOneResultOnAnyNumberOfThreads) {
  const std::string one = model_of("quiet", {});
  const Load load;
  for (const char* threads : {"0", "2", "3", "8"})
    EXPECT_TRUE(one == model_of(std::string("run") + threads, {"--threads", threads})) << threads << " threads";
}

const std::vector<Case> kCases = {
    {"Dense", "dense.toml", {}},
    {"Conv", "conv.toml", {}},
    {"Denoising", "conv.toml", {"--set", "corruption.gaussian=0.2"}},
    {"SaltPepperValidation", "dense.toml", {"--set", "corruption.salt_pepper=0.2", "--set", "data.validation=0.3"}},
    {"SparseKl", "dense.toml", {"--set", "objective.sparse_kl={weight=0.1}"}},
    {"Contractive", "dense.toml", {"--set", "objective.contractive={weight=0.1}"}},
    {"TiedHessian",
     "dense.toml",
     {"--set", "model.tied=true", "--set", "objective.hessian={weight=0.1, samples=2}", "--set",
      "objective.contractive={weight=0.1}"}},
    {"ConvProbes",
     "conv.toml",
     {"--set", "objective.contractive={weight=1e-3, probes=2}", "--set", "objective.hessian={weight=1e-3, probes=1}"}},
    {"DeepGram",
     "dense.toml",
     {"--set", "model.encoder=[{ dense = 20 }, \"tanh\", { dense = 6 }]", "--set",
      "objective.contractive={weight=0.1}"}},
    {"FallingTopK", "dense.toml", {"--set", "model.encoder=[{ dense = 20 }, { topk = 3, from = 15 }]"}},
    {"NormalisationAndDropout",
     "dense.toml",
     {"--set",
      "model.encoder=[{ dense = 20 }, \"batch_norm\", \"silu\", { dropout = 0.2 }, { dense = 6 }, \"layer_norm\", "
      "\"prelu\"]"}},
    {"NormalisedImages",
     "dense.toml",
     {"--set",
      "model.encoder=[{ conv2d = 4, kernel = 5, stride = 2 }, \"batch_norm\", { prelu = 0.1, per_channel = true }, "
      "{ conv2d = 4, kernel = 3, stride = 2 }, { group_norm = 2 }, { dropout = 0.2 }, { dense = 6 }]"}},
    {"SparseL1Decay",
     "conv.toml",
     {"--set", "objective.sparse_l1={weight=1e-3, on=\"hidden\"}", "--set", "objective.weight_decay={weight=1e-3}"}},
    {"Residual",
     "dense.toml",
     {"--set",
      "model.encoder=[{ dense = 20 }, { residual = [\"tanh\", { dense = 20 }] }, "
      "{ residual = [{ dense = 6 }, \"tanh\"], shortcut = [{ dense = 6 }] }]",
      "--set", "model.decoder=[\"mirror\", \"sigmoid\"]", "--set", "objective.contractive={weight=0.1}", "--set",
      "objective.hessian={weight=0.1, samples=2}"}},
    {"Momentum",
     "dense.toml",
     {"--set", "train.optimizer={sgd=0.1, momentum=0.9}", "--set", "data.scale=standard", "--set",
      "objective.reconstruction=mse"}},
};

INSTANTIATE_TEST_SUITE_P(Recipes, OneSeed, testing::ValuesIn(kCases), [](const auto& info) { return info.param.name; });

const auto kFirst = kCases.begin();
INSTANTIATE_TEST_SUITE_P(Recipes, OneSeedUnderLoad, testing::Values(kFirst[0], kFirst[2], kFirst[5]),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace hourglass::cli_test
