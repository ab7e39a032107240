#include <cmath>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

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

TEST_F(Eval, PrintsListsAndCurves) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto all = eval("run", {"--metrics", "jacobian_spectrum,density,contraction_ratio", "--radii", "0.5,2"});
  EXPECT_EQ(all["jacobian_spectrum"].size(), 12u);
  EXPECT_GT(all["jacobian_spectrum"][0], all["jacobian_spectrum"][11]);
  EXPECT_EQ(all["density"], std::vector<double>(12, 1));
  EXPECT_EQ(all["contraction_ratio"]["radii"], (std::vector<double>{0.5, 2}));
  EXPECT_EQ(all["contraction_ratio"]["ratios"].size(), 2u);
  const Outcome text = run({"eval", "run", "--metrics", "density,contraction_ratio"});
  EXPECT_TRUE(contains(text.out, "density               1.000 1.000"));
  EXPECT_TRUE(contains(text.out, "… (12 values)"));
  EXPECT_TRUE(contains(text.out, " at 0.25, "));
  EXPECT_TRUE(refused(run({"eval", "run", "--metrics", "contraction_ratio", "--radii", "0"}), {"--radii"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--radii", "1"}), {"radii", "contraction_ratio"}));
}

TEST_F(Eval, ClassifiesByTheTrainingPart) {
  train("dense.toml", "run");
  const auto all = eval("run", {"--metrics", "probe_error,knn_error"});
  for (const char* name : {"probe_error", "knn_error"}) {
    EXPECT_GT(all[name].get<double>(), 0.01) << name;
    EXPECT_LT(all[name].get<double>(), 0.6) << name;
  }
  EXPECT_TRUE(
      refused(run({"eval", "run", "--metrics", "knn_error", "--split", "train"}), {"knn_error", "--split train"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--metrics", "probe_error", "--data", kImages}),
                      {"probe_error", "no training part"}));
}

TEST_F(Eval, MeasuresUnderAGivenCorruption) {
  train("dense.toml", "run");
  const auto measured = [&](const Words& more) {
    Words words = {"--metrics", "mse,corrupted_mse,code_displacement"};
    words.insert(words.end(), more.begin(), more.end());
    return eval("run", words);
  };
  const auto little = measured({"--corruption", "masking=0.1"}), much = measured({"--corruption", "masking=0.5"});
  EXPECT_LT(little["corrupted_mse"], much["corrupted_mse"]);
  EXPECT_LT(little["code_displacement"], much["code_displacement"]);
  EXPECT_EQ(little["mse"], much["mse"]);
  EXPECT_EQ(measured({}), measured({"--corruption", "gaussian=0.2"}));
  const auto under = eval("run", {"--corrupt", "--corruption", "masking=0.5", "--metrics", "mse"});
  EXPECT_NEAR(under["mse"].get<double>(), much["corrupted_mse"].get<double>(), 0.1 * under["mse"].get<double>());
  const auto refusal = [&](const std::string& given, const Words& parts) {
    EXPECT_TRUE(refused(run({"eval", "run", "--metrics", "corrupted_mse", "--corruption", given}), parts)) << given;
  };
  refusal("maskin=0.5", {"maskin", "did you mean \"masking\"?"});
  refusal("masking=1.5", {"masking", "1.5"});
  refusal("masking=0", {"corruption masking=0", "above 0"});
  refusal("masking", {"corruption masking"});
  EXPECT_TRUE(refused(run({"eval", "run", "--corruption", "masking=0.5"}), {"corruption", "corrupted_mse"}));
}

TEST_F(Eval, MeasuresAllThatFitsAndSaysWhatDoesNot) {
  train("conv.toml", "run");
  const Outcome outcome = run({"eval", "run", "--metrics", "all", "--json", "--threads", "1"});
  EXPECT_TRUE(succeeded(outcome));
  const auto all = nlohmann::json::parse(outcome.out);
  for (const char* name : {"bce", "ssim", "psnr", "l1", "code_displacement", "pca_gap"})
    EXPECT_TRUE(all.contains(name));
  EXPECT_FALSE(all.contains("saturation"));
  EXPECT_TRUE(contains(outcome.err, "note: saturation is left out: the encoder does not end in a sigmoid"));
  EXPECT_TRUE(contains(outcome.err, "note: knn_error is left out"));
}

TEST_F(Eval, MeasuresTheRestOfWhatIsAskedForAndEndsWithAnError) {
  train("conv.toml", "run", {"--epochs", "1"});
  const auto expect_rest = [&](const std::string& metrics, const Words& words) {
    const Outcome outcome = run({"eval", "run", "--json", "--metrics", metrics});
    EXPECT_EQ(outcome.code, 2);
    for (const std::string& word : words) EXPECT_TRUE(contains(outcome.err, word)) << outcome.err;
    EXPECT_TRUE(nlohmann::json::parse(outcome.out).contains("mse"));
  };
  expect_rest("mse,saturation", {"note: saturation is left out: the encoder does not end in a sigmoid",
                                 "error: left out, for the reasons above: saturation"});
  expect_rest("probe_error,mse", {"probe_error", "a training and a test part", "error: "});
  EXPECT_TRUE(refused(run({"eval", "run", "--metrics", "saturation,probe_error"}), {"probe_error", "training"}));
}

TEST_F(Eval, RefusesDataThatTheModelCannotTake) {
  train("dense.toml", "run", {"--epochs", "1"});
  train("conv.toml", "fitted", {"--epochs", "1", "--set", "data.scale=minmax"});
  const auto save = [&](const std::string& name, const Tensor& rows) { write(name, npy_bytes(rows)); };
  save("short.npy", Tensor(DType::f32, {2, 3}));
  EXPECT_TRUE(refused(run({"eval", "run", "--data", "short.npy", "--metrics", "all"}),
                      {"short.npy: samples are 3, the model expects 1 × 28 × 28"}));
  EXPECT_TRUE(refused(run({"eval", "fitted", "--data", "short.npy"}), {"short.npy: samples are 3"}));
  Tensor low(DType::f32, {2, 784});
  low.as<float>()[784] = -1;
  save("low.npy", low);
  EXPECT_TRUE(contains(run({"eval", "run", "--data", "low.npy"}).err,
                       "note: mse stands in for bce: low.npy: row 2, feature 1 is -1"));
  EXPECT_EQ(eval("run", {"--data", "low.npy"}), eval("run", {"--data", "low.npy", "--metrics", "mse"}));
  EXPECT_TRUE(refused(run({"eval", "run", "--data", "low.npy", "--metrics", "bce_excess"}),
                      {"bce_excess: low.npy: row 2, feature 1 is -1", "[0, 1]"}));
}

TEST_F(Eval, MeasuresSomeOfTheRows) {
  train("dense.toml", "run", {"--epochs", "1"});
  EXPECT_TRUE(contains(run({"eval", "run", "--rows", "10"}).out, "10 rows"));
  EXPECT_NE(eval("run", {"--rows", "10"}), eval("run", {}));
  EXPECT_EQ(eval("run", {"--rows", "1000000"}), eval("run", {}));
  EXPECT_TRUE(refused(run({"eval", "run", "--rows", "0"}), {"--rows"}));
}

TEST_F(Eval, NamesItsMetrics) {
  const Outcome help = run({"eval", "--help"});
  for (const char* name :
       {"jacobian_frobenius", "relative_contraction", "nmse", "saturation", "l0", "dead_frac", "pca_mse", "pca_gap",
        "pca_angle", "psnr", "ssim", "probe_error", "knn_error", "--probes", "--exact", "--radii", "--corruption"})
    EXPECT_TRUE(contains(help.out, name));
}

}  // namespace
}  // namespace hourglass::cli_test
