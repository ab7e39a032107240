#include "hourglass/run/checkpoint_file.h"

#include <gtest/gtest.h>

#include "hourglass/base/error.h"
#include "support/message_of.h"

namespace hourglass {
namespace {

std::string sample() {
  Tensor theta(DType::f32, {7});
  for (int i = 0; i < 7; ++i) theta.as<float>()[i] = 0.5f * static_cast<float>(i);
  return checkpoint_bytes({{"theta", theta}},
                          {{"note", "\"sha256\":\"" + std::string(64, '0') + "\""}, {"position", "here"}});
}

std::string refusal(const std::string& bytes) {
  return message_of<Error>([&] { parse_checkpoint(bytes, "c"); });
}

TEST(CheckpointFile, ReadsWhatWasWritten) {
  const SafeTensors file = parse_checkpoint(sample(), "c");
  EXPECT_EQ(file.tensors.at("theta").as<float>()[6], 3.0f);
  EXPECT_EQ(file.metadata.at("position"), "here");
}

TEST(CheckpointFile, IsASafetensorsFile) { EXPECT_EQ(parse_safetensors(sample(), "c").tensors.size(), 1u); }

TEST(CheckpointFile, RefusesEveryFlippedBit) {
  const std::string good = sample();
  for (size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      EXPECT_THROW(parse_checkpoint(bad, "c"), Error) << "byte " << i << ", bit " << bit;
    }
}

TEST(CheckpointFile, RefusesEveryCut) {
  const std::string good = sample();
  for (size_t size = 0; size < good.size(); ++size) EXPECT_THROW(parse_checkpoint(good.substr(0, size), "c"), Error);
}

TEST(CheckpointFile, NamesTheDamagedFile) {
  std::string bytes = sample();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_TRUE(refusal(bytes).starts_with("c: damaged: its SHA-256 is ")) << refusal(bytes);
}

TEST(CheckpointFile, RefusesAModelFile) {
  EXPECT_EQ(refusal(safetensors_bytes({}, {{"recipe", "{}"}})), "c: not a checkpoint: it holds no checksum");
  EXPECT_EQ(refusal(safetensors_bytes({}, {{"sha256", "00"}})), "c: not a checkpoint: it holds no checksum");
}

TEST(CheckpointFile, RestoresTensorsByNameOrChangesNothing) {
  const SafeTensors file = parse_checkpoint(sample(), "c");
  Tensor theta(DType::f32, {7}), best(DType::f32, {7}), wide(DType::f64, {7});
  const auto refusal_of = [&](const std::map<std::string, View>& to) {
    return message_of<Error>([&] { restore_tensors(file, to, "c"); });
  };
  theta.as<float>()[6] = 1;
  EXPECT_EQ(refusal_of({{"best", best}, {"theta", theta}}), "c: tensor best is missing or of another shape");
  EXPECT_EQ(refusal_of({{"theta", wide}}), "c: tensor theta is missing or of another shape");
  EXPECT_EQ(theta.as<float>()[6], 1);
  restore_tensors(file, {{"theta", theta}}, "c");
  EXPECT_EQ(theta.as<float>()[6], 3);
}

}  // namespace
}  // namespace hourglass
