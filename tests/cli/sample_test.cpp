#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

constexpr const char* kVariational = R"([data]
source = "SAMPLE"
[model]
encoder = [{ dense = 16 }, "tanh", { dense = 8 }, { gaussian = 4 }]
decoder = [{ dense = 16 }, "tanh", { dense = 784 }, "sigmoid"]
[objective]
reduction = "sum"
gaussian_kl = { weight = 1, warmup_steps = 20 }
[train]
epochs = 2
)";

class Sample : public Workspace {
 protected:
  Sample() {
    std::string text = kVariational;
    write("vae.toml", text.replace(text.find("SAMPLE"), 6, kSample));
  }

  std::vector<float> values(const std::string& file) const {
    return std::get<std::vector<float>>(parse_npy(read(file), file).values);
  }
};

TEST_F(Sample, DecodesDrawsFromThePrior) {
  train("vae.toml", "run");
  ASSERT_TRUE(succeeded(run({"sample", "run", "-n", "20", "-o", "a.npy"})));
  const NpyArray samples = parse_npy(read("a.npy"), "a.npy");
  EXPECT_EQ(samples.shape, (Shape{20, 1, 28, 28}));
  for (const float x : std::get<std::vector<float>>(samples.values)) EXPECT_TRUE(x >= 0 && x <= 1);
  ASSERT_TRUE(succeeded(run({"sample", "run", "-n", "20", "-o", "b.npy", "--threads", "2"})));
  ASSERT_TRUE(succeeded(run({"sample", "run", "-n", "20", "-o", "c.npy", "--seed", "1"})));
  EXPECT_EQ(read("b.npy"), read("a.npy"));
  EXPECT_NE(read("c.npy"), read("a.npy"));
  ASSERT_TRUE(succeeded(run({"sample", "run", "-n", "2", "-o", "cold.npy", "--temperature", "1e-9"})));
  const auto cold = values("cold.npy");
  for (size_t i = 0; i < 784; ++i) EXPECT_NEAR(cold[i], cold[784 + i], 1e-6) << "both are the decoded 0";
  ASSERT_TRUE(succeeded(run({"sample", "run", "-o", "grid.png"})));
  EXPECT_TRUE(is_png(read("grid.png")));
}

TEST_F(Sample, IsRefusedWithoutAPrior) {
  train("dense.toml", "plain", {"--epochs", "1"});
  EXPECT_TRUE(refused(run({"sample", "plain", "-o", "a.npy"}), {"no prior", "gaussian", "mmd"}));
  EXPECT_FALSE(exists("a.npy"));
  EXPECT_TRUE(refused(run({"encode", "plain", "-o", "a.npy", "--sample"}), {"no distribution"}));
  train("dense.toml", "wae", {"--epochs", "1", "--set", "objective.mmd={weight=1}"});
  EXPECT_TRUE(succeeded(run({"sample", "wae", "-n", "3", "-o", "a.npy"})));
}

TEST_F(Sample, InterpolatesBetweenTheCodesOfTwoRows) {
  train("dense.toml", "run", {"--epochs", "1"});
  const Words data = {"--data", kImages, "--threads", "1"};
  const auto with_data = [&](Words words) {
    words.insert(words.end(), data.begin(), data.end());
    return run(words);
  };
  ASSERT_TRUE(succeeded(with_data({"interpolate", "run", "--rows", "3,5", "--steps", "7", "-o", "line.npy"})));
  ASSERT_TRUE(succeeded(with_data({"reconstruct", "run", "-o", "all.npy"})));
  const auto line = values("line.npy"), all = values("all.npy");
  ASSERT_EQ(line.size(), 7 * 784);
  for (size_t i = 0; i < 784; ++i) {
    EXPECT_NEAR(line[i], all[3 * 784 + i], 1e-6);
    EXPECT_NEAR(line[6 * 784 + i], all[5 * 784 + i], 1e-6);
  }
  EXPECT_TRUE(refused(with_data({"interpolate", "run", "--rows", "3,640", "-o", "x.npy"}), {"no row 640", "639"}));
  EXPECT_TRUE(refused(with_data({"interpolate", "run", "--rows", "3", "-o", "x.npy"}), {"--rows", "two"}));
  EXPECT_FALSE(exists("x.npy"));
}

TEST_F(Sample, EncodesMeansOrDraws) {
  train("vae.toml", "run");
  const auto encoded = [&](const std::string& file, const Words& more) {
    Words words = {"encode", "run", "--data", kImages, "-o", file};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_TRUE(succeeded(run(words)));
    return values(file);
  };
  const auto mean = encoded("mean.npy", {});
  const auto one = encoded("one.npy", {"--sample"}), other = encoded("other.npy", {"--sample", "--seed", "1"});
  EXPECT_EQ(encoded("again.npy", {"--sample", "--threads", "2"}), one);
  EXPECT_NE(one, other);
  double sum = 0, squares = 0;
  for (size_t i = 0; i < mean.size(); ++i) {
    sum += one[i] - mean[i];
    squares += std::pow(one[i] - mean[i], 2);
  }
  EXPECT_NEAR(sum / static_cast<double>(mean.size()), 0, 0.1);
  EXPECT_GT(squares / static_cast<double>(mean.size()), 0.01);
}

TEST_F(Sample, MeasuresTheBoundAndStatesTheDraws) {
  train("vae.toml", "run");
  const auto found = eval("run", {"--metrics", "elbo,kl,unit_kl,active_units,log_likelihood,mmd", "--samples", "30"});
  EXPECT_EQ(found["log_likelihood"]["samples"], 30);
  EXPECT_GT(found["log_likelihood"]["value"].get<double>(), found["elbo"].get<double>());
  EXPECT_EQ(found["unit_kl"].size(), 4);
  EXPECT_LT(found["bce"].get<double>(), 1) << "per value, whatever the objective's reduction";
}

TEST_F(Sample, ResumesToTheSameBytes) {
  train("vae.toml", "whole");
  train("vae.toml", "parts", {"--epochs", "1"});
  ASSERT_TRUE(succeeded(run({"train", "--resume", "parts", "--epochs", "2", "--threads", "2"})));
  EXPECT_EQ(eval("parts"), eval("whole"));
}

TEST_F(Sample, RefusesABatchOfOneRow) {
  EXPECT_TRUE(
      refused(run(training("dense.toml", "run", {"--set", "objective.mmd={weight=1}", "--set", "train.batch_size=1"})),
              {"mmd", "1 row", "at least 2"}));
  EXPECT_TRUE(refused(
      run(training("dense.toml", "run", {"--set", "objective.mmd={weight=1}", "--set", "train.batch_size=3199"})),
      {"mmd", "1 row", "at least 2"}));
  EXPECT_FALSE(exists("run"));
}

}  // namespace
}  // namespace hourglass::cli_test
