#include "hourglass/model/model_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstring>

#include "hourglass/model/inference.h"
#include "support/message_of.h"
#include "support/networks.h"

namespace hourglass {
namespace {

constexpr const char* kRecipe = R"([data]
source = "x"
scale = "standard"
[model]
encoder = [{ conv2d = 2, kernel = 2 }, "tanh", { dense = 3 }, { topk = 2 }]
decoder = [{ dense = 9 }]
)";

/// A model for images of 1 × 3 × 3 with all that a file can hold of a scaler.
TrainedModel example() {
  const Recipe recipe = parse_recipe(kRecipe, "x");
  TrainedModel model{recipe, Autoencoder(recipe.model, {1, 3, 3})};
  initialise(model.autoencoder.network(), recipe.model.init, 1, model.autoencoder.theta());
  model.autoencoder.scaler = {ScalerKind::standard, std::vector<float>(9, 0.1f), std::vector<float>(9, 3.0f)};
  return model;
}

std::string example_bytes() {
  const TrainedModel model = example();
  return model_bytes(model.recipe, model.autoencoder);
}

Tensor reconstruction(const Autoencoder& model) {
  return Inference(model, 1).reconstruct({"x", {1, 3, 3}, std::vector<uint8_t>{0, 9, 250, 4, 5, 100, 7, 8, 1}, {}});
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.as<float>(), b.as<float>(), sizeof(float) * a.size()) == 0;
}

std::string refusal(const std::string& bytes) {
  return message_of<Error>([&] { parse_model(bytes, "m"); });
}

TEST(ModelFile, ComesBackWhole) {
  const TrainedModel model = example();
  const TrainedModel back = parse_model(example_bytes(), "m");
  EXPECT_EQ(back.recipe.model, model.recipe.model);
  EXPECT_EQ(back.autoencoder.scaler.factor, model.autoencoder.scaler.factor);
  EXPECT_TRUE(same_bytes(reconstruction(back.autoencoder), reconstruction(model.autoencoder)));
  EXPECT_EQ(model_bytes(back.recipe, back.autoencoder), example_bytes());
}

TEST(ModelFile, KeepsWhatScoresAreMeasuredAgainst) {
  const TrainedModel model = example();
  EXPECT_FALSE(parse_model(example_bytes(), "m").anomaly);
  const AnomalyScale scale = {std::vector<float>(9, 0.3f), 2.5, 0.9};
  const TrainedModel back = parse_model(model_bytes(model.recipe, model.autoencoder, scale), "m");
  ASSERT_TRUE(back.anomaly);
  EXPECT_EQ(back.anomaly->spread, scale.spread);
  EXPECT_EQ(back.anomaly->threshold, scale.threshold);
}

TEST(ModelFile, RefusesScoresOfAnotherNumberOfFeatures) {
  const TrainedModel model = example();
  EXPECT_NE(refusal(model_bytes(model.recipe, model.autoencoder, AnomalyScale{{1, 1}, 1, 0.9})).find("expected 9"),
            std::string::npos);
}

TEST(ModelFile, RefusesWeightsThatAreNotFinite) {
  for (const float value : {NAN, INFINITY, -INFINITY}) {
    TrainedModel model = example();
    const Parameter& last = model.autoencoder.network().parameters().back();
    last.in(model.autoencoder.theta()).as<float>()[last.shape.size() - 1] = value;
    EXPECT_EQ(refusal(model_bytes(model.recipe, model.autoencoder)),
              "m: tensor " + last.name + " has a value that is not a finite number");
  }
}

TEST(ModelFile, RefusesWeightsThatAreNotFiniteIn32Bits) {
  TrainedModel model = example();
  SafeTensors file = parse_safetensors(model_bytes(model.recipe, model.autoencoder), "m");
  Tensor large(DType::f64, {9});
  large.as<double>()[3] = 1e300;
  file.tensors["decoder.0.bias"] = std::move(large);
  EXPECT_EQ(message_of<Error>([&] { model.autoencoder.load_weights(file, "init"); }),
            "init: tensor decoder.0.bias has a value that is not a finite number");
}

RC_GTEST_PROP(ModelFile, ComesBackWithAnyWeights, ()) {
  TrainedModel model = example();
  auto* theta = model.autoencoder.theta().as<float>();
  for (const Parameter& p : model.autoencoder.network().parameters())
    for (int64_t i = 0; i < p.shape.size(); ++i) {
      const auto bits = *rc::gen::arbitrary<uint32_t>();
      std::memcpy(theta + p.offset + i, &bits, sizeof bits);
      if (!std::isfinite(theta[p.offset + i])) theta[p.offset + i] = 0;
    }
  const std::string bytes = model_bytes(model.recipe, model.autoencoder);
  const TrainedModel back = parse_model(bytes, "m");
  RC_ASSERT(model_bytes(back.recipe, back.autoencoder) == bytes);
}

TEST(ModelFile, WithAnyFlippedBitIsRefusedOrUsable) {
  const std::string good = example_bytes();
  int refused = 0;
  for (size_t i = 0; i < 8 * good.size(); ++i) {
    std::string bad = good;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << i % 8));
    try {
      const TrainedModel model = parse_model(bad, "m");
      if (model.autoencoder.network().input().size() == 9) reconstruction(model.autoencoder);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 5000);
}

TEST(ModelFile, RefusesIncompleteMetadata) {
  const Autoencoder model(example().recipe.model, {1, 3, 3});
  std::map<std::string, std::string> metadata{{"recipe", recipe_json(example().recipe)},
                                              {"input", "[1,3,3]"},
                                              {"scaler", scaler_json({.kind = ScalerKind::standard})}};
  const auto with = [&](const std::string& key, const std::string& value) {
    auto changed = metadata;
    value.empty() ? changed.erase(key) : (changed[key] = value, 0);
    return refusal(safetensors_bytes(model.weights(), changed));
  };
  EXPECT_EQ(with("hourglass", "99.0"), "nothing was thrown");
  for (const char* key : {"recipe", "input", "scaler"})
    EXPECT_EQ(with(key, ""), fmt::format("m: metadata \"{}\" is missing; a model file made elsewhere can start a "
                                         "training: train --init m",
                                         key));
  const std::string kSizes = "[features] or [channels, height, width], found ";
  for (const auto& [input, why] : std::map<std::string, std::string>{{"[]", kSizes + "[]"},
                                                                     {"[9,1]", kSizes + "[9,1]"},
                                                                     {"[1,3,3,3]", kSizes + "[1,3,3,3]"},
                                                                     {"[0]", "at least 1, found 0"},
                                                                     {"[-9]", "at least 1, found -9"},
                                                                     {"[9.0]", "an integer, found 9.0"},
                                                                     {"9", "a list, found 9"},
                                                                     {"[1048577]", "at most 1048576, found 1048577"}})
    EXPECT_EQ(with("input", input), "m: metadata \"input\": expected " + why);
  EXPECT_TRUE(with("input", "x").starts_with("m: metadata \"input\": JSON: byte 1: ")) << with("input", "x");
  EXPECT_EQ(with("input", "[9]"),
            "m: encoder[0] conv2d: needs an image (channels × height × width), its input is 9; "
            "{ reshape = [channels, height, width] } before it makes one");
  EXPECT_EQ(with("scaler", R"({"kind":"none","offset":[1e99],"factor":[1]})"),
            "m: metadata \"scaler\": offset: expected a finite number, found 1e+99");
}

TEST(ModelFile, RefusesAScalerOfAnotherKindThanTheRecipe) {
  TrainedModel model = example();
  model.autoencoder.scaler.kind = ScalerKind::robust;
  EXPECT_EQ(refusal(model_bytes(model.recipe, model.autoencoder)),
            "m: metadata \"scaler\": kind is \"robust\", expected \"standard\", the data.scale of the recipe");
}

AnomalyScale example_evidence() {
  AnomalyEvidence evidence{
      .kinds = {Evidence::tails, Evidence::reconstruction}, .groups = {{2, 3, 4}}, .fitted_rows = 7};
  for (int i = 0; i < 128; ++i) evidence.levels.push_back(i % 64);
  for (int i = 0; i < 18; ++i) evidence.rows.push_back(static_cast<float>(i) / 7);
  return {std::vector<float>(9, 0.5f), 2.0, 0.9, evidence};
}

TEST(ModelFile, HoldsTheEvidenceOfAnAnomalyScore) {
  const TrainedModel model = example();
  const std::string bytes = model_bytes(model.recipe, model.autoencoder, example_evidence());
  const TrainedModel back = parse_model(bytes, "m");
  ASSERT_TRUE(back.anomaly && back.anomaly->evidence);
  const AnomalyEvidence expected = *example_evidence().evidence, &e = *back.anomaly->evidence;
  EXPECT_EQ(e.kinds, expected.kinds);
  EXPECT_EQ(e.levels, expected.levels);
  EXPECT_EQ(e.rows, expected.rows);
  EXPECT_EQ(e.fitted_rows, 7);
  ASSERT_EQ(e.groups.size(), 1);
  EXPECT_EQ(e.groups[0].rarest, 4);
  EXPECT_EQ(model_bytes(back.recipe, back.autoencoder, back.anomaly), bytes);
}

TEST(ModelFile, RefusesEvidenceWithoutItsRows) {
  const TrainedModel model = example();
  const auto metadata = model_metadata(model.recipe, model.autoencoder, example_evidence());
  EXPECT_EQ(message_of<Error>([&] { parse_model(safetensors_bytes(model.autoencoder.weights(), metadata), "m"); }),
            "m: tensor anomaly.rows is missing");
}

}  // namespace
}  // namespace hourglass
