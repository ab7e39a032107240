#include "hourglass/run/checkpoint_file.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST(CheckpointFile, TakesAChangedFileWithItsOwnChecksum) {
  std::string bytes = sample();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_NO_THROW(parse_checkpoint(with_checksum(bytes), "c"));
  EXPECT_EQ(with_checksum(sample()), sample());
  for (const std::string other : {"", "\"sha256\":\"", "\"sha256\":\"0123"}) EXPECT_EQ(with_checksum(other), other);
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
  for (const float bad : {std::nanf(""), HUGE_VALF}) {
    Tensor weights(DType::f32, {7});
    weights.as<float>()[3] = bad;
    const SafeTensors broken = parse_checkpoint(checkpoint_bytes({{"theta", weights}}, {}), "c");
    EXPECT_EQ(message_of<Error>([&] {
                restore_tensors(broken, {{"theta", theta}}, "c");
              }),
              "c: tensor theta has a value that is not a finite number");
  }
  EXPECT_EQ(refusal_of({{"best", best}, {"theta", theta}}), "c: tensor best is missing or of another shape");
  EXPECT_EQ(refusal_of({{"theta", wide}}), "c: tensor theta is missing or of another shape");
  EXPECT_EQ(theta.as<float>()[6], 1);
  restore_tensors(file, {{"theta", theta}}, "c");
  EXPECT_EQ(theta.as<float>()[6], 3);
}

std::vector<EpochRecord> some_epochs() {
  std::vector<EpochRecord> epochs;
  for (int i = 1; i <= 3; ++i)
    epochs.push_back({i,
                      {i / 3.0, 0.1 * i, {{"sparse_kl", 1e-300 * i}, {"contractive", std::nan("")}}},
                      Terms{0.5 * i, 0.25 * i, {}},
                      std::nullopt,
                      i / 7.0,
                      1e9 / i});
  return epochs;
}

TEST(History, NamesItsColumns) {
  EpochRecord epoch = some_epochs()[0];
  EXPECT_EQ(
      history_columns(epoch),
      (std::vector<std::string>{"train.loss", "train.reconstruction", "train.sparse_kl", "train.contractive",
                                "validation.loss", "validation.reconstruction", "seconds", "samples_per_second"}));
  epoch.test = Terms{};
  EXPECT_EQ(history_columns(epoch)[6], "test.loss");
}

TEST(History, BringsEveryBitBack) {
  const auto epochs = some_epochs();
  const auto found = read_history(history_tensor(epochs, epochs[0]), epochs[2], "c");
  ASSERT_EQ(found.size(), 3u);
  const EpochRecord &expected = epochs[1], &epoch = found[1];
  EXPECT_EQ(epoch.epoch, 2);
  EXPECT_EQ(epoch.train.loss, expected.train.loss);
  EXPECT_EQ(epoch.train.reconstruction, expected.train.reconstruction);
  EXPECT_EQ(epoch.train.penalties[0], expected.train.penalties[0]);
  EXPECT_EQ(epoch.train.penalties[1].first, "contractive");
  EXPECT_TRUE(std::isnan(epoch.train.penalties[1].second));
  EXPECT_EQ(epoch.validation->loss, expected.validation->loss);
  EXPECT_EQ(epoch.validation->reconstruction, expected.validation->reconstruction);
  EXPECT_FALSE(epoch.test);
  EXPECT_EQ(epoch.seconds, expected.seconds);
  EXPECT_EQ(epoch.samples_per_second, expected.samples_per_second);
}

TEST(History, MayBeEmpty) {
  const Tensor none = history_tensor({}, some_epochs()[0]);
  EXPECT_EQ(none.shape(), Shape({0, 8}));
  EXPECT_TRUE(read_history(none, some_epochs()[0], "c").empty());
}

TEST(History, RefusesAnotherShapeOrType) {
  const EpochRecord like = some_epochs()[0];
  const auto refusal = [&](const Tensor& t) { return message_of<Error>([&] { read_history(t, like, "c"); }); };
  EXPECT_EQ(refusal(Tensor(DType::f64, {3, 7})), "c: metrics: expected F64 of 8 columns, found F64 of shape 3 × 7");
  EXPECT_EQ(refusal(Tensor(DType::f32, {3, 8})), "c: metrics: expected F64 of 8 columns, found F32 of shape 3 × 8");
  EXPECT_EQ(refusal(Tensor(DType::f64, {24})), "c: metrics: expected F64 of 8 columns, found F64 of shape 24");
}

}  // namespace
}  // namespace hourglass
