#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/npy.h"

namespace hourglass::cli_test {
namespace {

constexpr const char* kLinear = R"(
[data]
source = "{source}"
scale = "center"
[model]
encoder = [{ dense = 3 }]
decoder = [{ dense = 784 }]
[objective]
reconstruction = "mse"
[train]
epochs = 30
batch_size = 64
optimizer = { adam = 1e-2 }
schedule = { cosine = 0.0 }
)";

class Eval : public Workspace {
 protected:
  Eval() {
    std::string recipe = kLinear;
    const std::string mark = "{source}";
    write("linear.toml", recipe.replace(recipe.find(mark), mark.size(), kSample));
  }
};

TEST_F(Eval, MeasuresALinearAutoencoderAgainstItsOptimum) {
  train("linear.toml", "run");
  const auto all = eval("run", {"--split", "train", "--metrics", "pca"});
  EXPECT_EQ(all.size(), 4u);
  EXPECT_GE(all["pca_gap"].get<double>(), 0);
  EXPECT_LT(all["pca_gap"].get<double>(), 1e-3);
  EXPECT_LT(all["pca_angle"].get<double>(), 10);
  EXPECT_NEAR(all["mse"].get<double>(), all["pca_mse"].get<double>() * (1 + all["pca_gap"].get<double>()), 1e-12);
  EXPECT_GT(eval("run", {"--metrics", "pca"})["pca_gap"], all["pca_gap"]) << "the test part has an optimum of its own";
}

/// Pixels come back where "unit" has them.
TEST_F(Eval, ReconstructionsOfCentredDataAreNotCentred) {
  train("linear.toml", "run");
  ASSERT_TRUE(succeeded(run({"reconstruct", "run", "-o", "out.npy"})));
  const auto values = std::get<std::vector<float>>(parse_npy(read("out.npy"), "out.npy").values);
  double sum = 0, largest = 0;
  for (const float v : values) {
    sum += v;
    largest = std::max<double>(largest, v);
  }
  EXPECT_NEAR(sum / static_cast<double>(values.size()), 0.13, 0.02) << "the mean pixel of MNIST";
  EXPECT_NEAR(largest, 1, 0.5);
}

TEST_F(Eval, GivesWhatOfThePcaGroupFits) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto all = eval("run", {"--metrics", "pca"});
  EXPECT_EQ(all.size(), 3u);
  EXPECT_TRUE(all.contains("bce") && all.contains("pca_mse") && all.contains("pca_gap"));
  EXPECT_TRUE(refused(run({"eval", "run", "--metrics", "pca_angle"}), {"pca_angle", "not linear"}));
}

TEST_F(Eval, MeasuresTheJacobianExactlyOrByProbes) {
  train("dense.toml", "run", {"--epochs", "1"});
  const Words names = {"--metrics", "contractive,relative_contraction"};
  const auto exact = eval("run", names), probed = eval("run", {names[0], names[1], "--probes", "16"});
  for (const char* name : {"contractive", "relative_contraction"}) {
    EXPECT_NEAR(probed[name].get<double>(), exact[name].get<double>(), 0.02 * exact[name].get<double>()) << name;
    EXPECT_NE(probed[name], exact[name]) << name;
  }
  EXPECT_EQ(eval("run", {names[0], names[1], "--exact"}), exact);
  EXPECT_TRUE(refused(run({"eval", "run", "--probes", "4", "--metrics", "jacobian_frobenius"}),
                      {"jacobian_frobenius", "biased", "contractive"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--probes", "4", "--exact"}), {"--probes", "--exact"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--probes", "0"}), {"--probes", "0"}));
}

TEST_F(Eval, NamesItsMetrics) {
  const Outcome help = run({"eval", "--help"});
  for (const char* name : {"jacobian_frobenius", "relative_contraction", "nmse", "saturation", "l0", "dead_frac",
                           "pca_mse", "pca_gap", "pca_angle", "--probes", "--exact"})
    EXPECT_TRUE(contains(help.out, name));
}

}  // namespace
}  // namespace hourglass::cli_test
