#include <algorithm>
#include <cmath>
#include <sstream>

#include "cli/workspace.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass::cli_test {
namespace {

namespace fs = std::filesystem;

/// Rows of numbers, from .npy or .csv.
using Rows = std::vector<std::vector<float>>;

class Use : public Workspace {
 protected:
  /// Runs `VERB MODEL -o OUTPUT` and more words.
  void make(const std::string& verb, const std::string& model, const std::string& output, const Words& more = {}) {
    Words words = {verb, model, "-o", output, "--threads", "1"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    ASSERT_TRUE(succeeded(outcome));
    ASSERT_TRUE(contains(outcome.out, output));
    ASSERT_EQ(outcome.err, "");
  }

  NpyArray npy(const std::string& file) const { return parse_npy(read(file), file); }

  Rows npy_rows(const std::string& file) const {
    const NpyArray array = npy(file);
    const auto& values = std::get<std::vector<float>>(array.values);
    const int64_t width = array.shape.size() / array.shape[0];
    Rows rows;
    for (auto at = values.begin(); at != values.end(); at += width) rows.emplace_back(at, at + width);
    return rows;
  }

  Rows csv_rows(const std::string& file) const {
    std::istringstream text(read(file));
    if (text.peek() == 'c') text.ignore(1 << 20, '\n');  // code_1, code_2, …
    Rows rows;
    for (std::string line; std::getline(text, line);) {
      std::istringstream fields(line);
      rows.emplace_back();
      for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(std::stof(field));
    }
    return rows;
  }
};

void expect_near(const Rows& a, const Rows& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  float largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].size(), b[i].size()) << "row " << i;
    for (size_t j = 0; j < a[i].size(); ++j) largest = std::max(largest, std::abs(a[i][j] - b[i][j]));
  }
  EXPECT_LE(largest, tolerance);
}

TEST_F(Use, EvalAgreesWithTheLastEpoch) {
  train("dense.toml", "run");
  const double expected = metrics("run").back()["test"]["reconstruction"];
  EXPECT_NEAR(eval("run")["bce"].get<double>(), expected, 1e-9 * expected);
}

TEST_F(Use, InfoSaysByWhichRouteThePenaltyIsComputed) {
  train("dense.toml", "closed", {"--epochs", "1", "--set", "objective.contractive={weight=1e-4}"});
  EXPECT_TRUE(contains(run({"info", "closed"}).out, "contractive: closed form; per sample 0.0"));
  train("dense.toml", "probed", {"--epochs", "1", "--set", "objective.hessian={weight=1e-4, probes=2, samples=3}"});
  EXPECT_TRUE(contains(run({"info", "probed"}).out, "hessian: 3 noises per sample, each: 2 random probes per sample"));
  EXPECT_GT(nlohmann::json::parse(run({"info", "probed", "--json"}).out)["routes"]["hessian"]["plain_steps"], 0);
}

TEST_F(Use, EncodesWithMoreUnitsThanItReconstructsWith) {
  const std::string layers = R"([{ dense = 12 }, { topk = 3, from = 9, alpha = 2.0 }])";
  train("dense.toml", "sparse", {"--epochs", "2", "--set", "model.encoder=" + layers});
  make("encode", "sparse", "codes.npy", {"--data", kSample});
  for (const auto& row : npy_rows("codes.npy"))
    EXPECT_EQ(std::count_if(row.begin(), row.end(), [](float x) { return x != 0; }), 6);
  EXPECT_EQ(eval("sparse", {"--metrics", "l0"})["l0"], 3);
}

TEST_F(Use, EvalPrintsOneObjectOfMetrics) {
  train("dense.toml", "run", {"--epochs", "1"});
  EXPECT_EQ(eval("run").size(), 1u);
  const auto all = eval("run", {"--metrics", "mse,bce_excess,fvu,explained_variance,contractive,mean_activation"});
  EXPECT_EQ(all.size(), 7u);
  EXPECT_EQ(all["bce"], eval("run")["bce"]);
  EXPECT_LT(all["bce_excess"], all["bce"]);
  EXPECT_GT(all["mse"], 0);
  EXPECT_DOUBLE_EQ(all["explained_variance"].get<double>(), 1 - all["fvu"].get<double>());
  EXPECT_GT(all["contractive"], 0);
  EXPECT_NEAR(all["mean_activation"].get<double>(), 0.5, 0.5);
  const Outcome text = run({"eval", "run", "--metrics", "mse"});
  EXPECT_TRUE(contains(text.out, "640 rows"));
  EXPECT_TRUE(contains(text.out, "mse"));
}

TEST_F(Use, EvalTakesTheTrainingPart) {
  train("dense.toml", "run", {"--epochs", "1"});
  const auto part = eval("run", {"--split", "train"});
  EXPECT_NE(part, eval("run", {"--split", "test"}));
  EXPECT_EQ(part, eval("run", {"--data", kSample + "/train-images-idx3-ubyte.gz"})) << "a single file is all of it";
  EXPECT_EQ(eval("run"), eval("run", {"--data", kImages}));
}

TEST_F(Use, EvalCorruptsWhenAsked) {
  train("conv.toml", "run", {"--set", "corruption.gaussian=0.5"});
  EXPECT_GT(eval("run", {"--corrupt"})["bce"], eval("run")["bce"]);
  train("conv.toml", "plain", {"--epochs", "1"});
  EXPECT_TRUE(refused(run({"eval", "plain", "--corrupt"}), {"no corruption is given", "[corruption]"}));
}

TEST_F(Use, TheModelFileAloneIsEnough) {
  train("conv.toml", "run", {"--set", "data.scale=standard", "--set", "objective.reconstruction=mse"});
  const auto expected = eval("run");
  fs::rename(path("run/model.safetensors"), path("elsewhere.safetensors"));
  fs::remove_all(path("run"));
  fs::remove(path("conv.toml"));
  EXPECT_EQ(eval("elsewhere.safetensors"), expected);
  EXPECT_TRUE(contains(run({"info", "elsewhere.safetensors"}).out, "standard"));
}

TEST_F(Use, InfoTellsShapesAndRecipe) {
  train("dense.toml", "run", {"--epochs", "1"});
  const Outcome text = run({"info", "run"});
  for (const char* part : {"1 × 28 × 28", "code 12", "19,612 parameters", "decoder.0.weight", "[train]"})
    EXPECT_TRUE(contains(text.out, part));
  const auto json = nlohmann::json::parse(run({"info", "run", "--json"}).out);
  EXPECT_EQ(json["parameters"], 784 * 12 * 2 + 12 + 784);
  EXPECT_EQ(json["tensors"]["encoder.0.weight"], (std::vector{12, 784}));
  EXPECT_EQ(json["recipe"]["train"]["epochs"], 1);
}

TEST_F(Use, WritesCodesAsNpyAndCsv) {
  train("conv.toml", "run", {"--epochs", "1"});
  make("encode", "run", "codes.npy");
  make("encode", "run", "codes.csv");
  EXPECT_EQ(npy("codes.npy").shape, (Shape{640, 3, 4, 4}));
  expect_near(csv_rows("codes.csv"), npy_rows("codes.npy"), 0);
}

TEST_F(Use, CodesOfEveryFormatAreDecoded) {
  train("conv.toml", "run", {"--epochs", "1"});
  make("encode", "run", "codes.npy");
  make("encode", "run", "codes.csv");
  const Words header = table("codes.csv")[0];
  EXPECT_EQ(header.size(), 48u);
  EXPECT_EQ(header.front() + " " + header.back(), "code_1 code_48");
  const std::string text = read("codes.csv");
  write("headless.csv", text.substr(text.find('\n') + 1));
  std::string more = "id," + text.substr(0, text.find('\n')), line;
  std::istringstream lines(text.substr(text.find('\n') + 1));
  while (std::getline(lines, line)) more += "\nrow seven," + line;
  write("more.csv", more + "\n");
  make("decode", "run", "expected.npy", {"--data", "codes.npy"});
  for (const char* codes : {"codes.csv", "headless.csv", "more.csv"}) {
    make("decode", "run", "decoded.npy", {"--data", codes});
    EXPECT_TRUE(read("decoded.npy") == read("expected.npy")) << codes;
  }
}

TEST_F(Use, DrawsReconstructions) {
  train("conv.toml", "run", {"--epochs", "1"});
  make("encode", "run", "codes.npy");
  make("reconstruct", "run", "direct.png");
  make("decode", "run", "decoded.png", {"--data", "codes.npy"});
  EXPECT_TRUE(is_png(read("direct.png")));
  EXPECT_TRUE(read("decoded.png") == read("direct.png"));
}

struct Case {
  std::string name, recipe;
  Words more;
};

class RoundTrip : public Use, public testing::WithParamInterface<Case> {};

TEST_P(RoundTrip, DecodeOfEncodeIsReconstruct) {
  train(GetParam().recipe, "run", GetParam().more);
  make("encode", "run", "codes.npy");
  make("reconstruct", "run", "direct.npy");
  make("reconstruct", "run", "direct.csv");
  make("decode", "run", "decoded.npy", {"--data", "codes.npy"});
  make("decode", "run", "decoded.csv", {"--data", "codes.npy"});
  EXPECT_EQ(npy("direct.npy").shape, (Shape{640, 1, 28, 28}));
  const Rows direct = npy_rows("direct.npy");
  expect_near(npy_rows("decoded.npy"), direct, 1e-6f);
  expect_near(csv_rows("direct.csv"), direct, 0);
  expect_near(csv_rows("decoded.csv"), direct, 1e-6f);
  EXPECT_NE(direct[0], direct[1]) << "samples differ";
}

const std::vector<Case> kCases = {
    {"Dense", "dense.toml", {}},
    {"Conv", "conv.toml", {}},
    {"ConvToDense", "conv.toml", {"--set", "model.decoder=[{dense=784}, \"sigmoid\"]"}},
    {"Residual",
     "conv.toml",
     {"--set",
      "model.encoder=[{ conv2d = 3, kernel = 4, stride = 4 }, \"relu\", { residual = [{ conv2d = 3, kernel = 3, "
      "padding = 1 }, \"tanh\"] }]",
      "--set", "model.decoder=[\"mirror\", \"sigmoid\"]"}},
    {"Standardised", "dense.toml", {"--set", "data.scale=standard", "--set", "objective.reconstruction=mse"}},
};

INSTANTIATE_TEST_SUITE_P(Networks, RoundTrip, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

/// A model of bytes, and its pixels as 32-bit floats: as they are, and divided by 255.
TEST_F(Use, TellsOfPixelsOfAnotherType) {
  train("dense.toml", "run", {"--data", kImages, "--epochs", "1"});
  Tensor pixels(DType::f32, {2, 784});
  for (int64_t i = 0; i < pixels.size(); ++i) pixels.as<float>()[i] = static_cast<float>(i % 256);
  write("large.npy", npy_bytes(pixels));
  for (int64_t i = 0; i < pixels.size(); ++i) pixels.as<float>()[i] /= 255;
  write("small.npy", npy_bytes(pixels));
  const std::string note = "large.npy: a value is 255, but the model was trained on bytes";
  for (const Words& words : std::vector<Words>{{"encode", "run", "-o", "out.npy"},
                                               {"reconstruct", "run", "-o", "out.npy"},
                                               {"score", "run", "-o", "out.csv"},
                                               {"eval", "run"}}) {
    const auto with = [&](const char* data) {
      Words all = words;
      all.insert(all.end(), {"--data", data});
      return run(all).err;
    };
    EXPECT_TRUE(contains(with("large.npy"), note)) << words[0];
    EXPECT_FALSE(contains(with("small.npy"), "trained on bytes")) << words[0];
  }
}

}  // namespace
}  // namespace hourglass::cli_test
