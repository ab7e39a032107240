#include "hourglass/model/autoencoder.h"

#include <gtest/gtest.h>

#include "support/message_of.h"
#include "support/networks.h"

namespace hourglass {
namespace {

std::string refusal(const std::string& json) {
  return message_of<Error>([&] { scaler_from_json(json, 3, "m"); });
}

TEST(ScalerJson, ComesBack) {
  const Scaler s{ScalerKind::center, {0.5f, 0.25f, 0.0f}, {2.0f, 2.0f, 2.0f}};
  const Scaler back = scaler_from_json(scaler_json(s), 3, "m");
  EXPECT_EQ(back.kind, s.kind);
  EXPECT_EQ(back.offset, s.offset);
  EXPECT_EQ(back.factor, s.factor);
}

TEST(ScalerJson, RefusesWhatDoesNotFitTheData) {
  EXPECT_EQ(refusal("{}"), "m: metadata \"scaler\": \"kind\" is missing");
  EXPECT_EQ(refusal("[]"), "m: metadata \"scaler\": expected a table, found a list");
  EXPECT_EQ(refusal(R"({"kind": "standart", "offset": [0], "factor": [1]})"),
            "m: metadata \"scaler\": kind: unknown \"standart\"; did you mean \"standard\"?");
  EXPECT_EQ(refusal(R"({"kind": "unit", "offset": [0, 0], "factor": [1, 1]})"),
            "m: metadata \"scaler\": 2 offsets and 2 factors, expected 1 or 3 of each");
  EXPECT_EQ(refusal(R"({"kind": "unit", "offset": [0, 0, 0], "factor": [1]})"),
            "m: metadata \"scaler\": 3 offsets and 1 factors, expected 1 or 3 of each");
  EXPECT_EQ(refusal(R"({"kind": "unit", "offset": [0], "factor": [0]})"), "m: metadata \"scaler\": a factor is 0");
  EXPECT_EQ(refusal(R"({"kind": "unit", "offset": [0], "factor": [1], "fill": [1, 2]})"),
            "m: metadata \"scaler\": 2 means and 0 names of columns, expected none or 3");
}

TEST(Autoencoder, HoldsATiedWeightUnderItsEncodersName) {
  ModelConfig config = model({layer("dense", 2)}, {layer("dense", 3)});
  config.tied = true;
  const Autoencoder tied(config, {3});
  std::vector<std::string> names;
  for (const auto& [name, view] : tied.weights()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"decoder.0.bias", "encoder.0.bias", "encoder.0.weight"}));
}

TEST(Autoencoder, RefusesTheDecodersOwnWeightWhenTied) {
  ModelConfig config = model({layer("dense", 2)}, {layer("dense", 3)});
  const Autoencoder loose(config, {3});
  config.tied = true;
  Autoencoder tied(config, {3});
  const SafeTensors file = parse_safetensors(safetensors_bytes(loose.weights(), {}), "m");
  EXPECT_EQ(message_of<Error>([&] { tied.load_weights(file, "m"); }),
            "m: tensor decoder.0.weight belongs to no layer of this network");
}

}  // namespace
}  // namespace hourglass
