#include "hourglass/model/inference.h"

#include <gtest/gtest.h>

#include <numeric>

#include "support/measuring.h"
#include "support/networks.h"

namespace hourglass {
namespace {

/// An image of 16 × 16 whose code has `factor` times its side: about 256 factor² floats a row.
ModelConfig enlarging(int64_t factor) {
  return model({layer("conv2d", 1, 1), layer("upsample2d", factor)}, {layer("max_pool2d", factor)});
}

int64_t chunk_rows(const ModelConfig& config, const Shape& input, int64_t most = Inference::kChunkRows) {
  return Inference::rows_of_a_chunk(Network(config, input), DType::f32, most);
}

TEST(Inference, TakesAsManyRowsAtATimeAsTheWidthOfTheNetworkAllows) {
  EXPECT_EQ(chunk_rows(model({layer("dense", 512)}, {layer("dense", 784)}), {784}), 256);
  EXPECT_EQ(chunk_rows(enlarging(32), {1, 16, 16}), 128) << "263,000 floats a row, just too many for 256 rows";
  EXPECT_EQ(chunk_rows(enlarging(64), {1, 16, 16}), 32);
  EXPECT_EQ(chunk_rows(enlarging(2048), {1, 16, 16}), 1) << "a row needs more than a pass may take";
  EXPECT_EQ(chunk_rows(enlarging(32), {1, 16, 16}, 16), 16) << "fewer were asked for";
}

TEST(Inference, NeverTakesMoreMemoryForAPassThanItMay) {
  for (int64_t factor = 1; factor <= 256; factor *= 2) {
    const Network network(enlarging(factor), {1, 16, 16});
    const int64_t rows = Inference::rows_of_a_chunk(network, DType::f32),
                  bytes = MicroBatch::bytes_of_a_row(network, DType::f32);
    EXPECT_TRUE(rows == 1 || rows * bytes <= Inference::kPassBytes) << factor;
    EXPECT_EQ(Inference::kChunkRows % rows, 0) << "a multiple of 256 rows is one of whole chunks: " << factor;
  }
}

/// The contract of ModelOutput and of the C interface.
TEST(Inference, GivesWholeChunksTheSameBitsAsAllRows) {
  Autoencoder a(model({layer("dense", 7), layer("tanh")}, {layer("dense", 9)}), {9});
  initialise(a.network(), {}, 1, a.theta());
  const Dataset data = uniform_rows(100, 9);
  const Inference inference(a, 2, 16);
  EXPECT_EQ(inference.whole_chunks(9, 0), 16) << "at least one";
  const int64_t together = inference.whole_chunks(9, 40 * 9 * 4);
  EXPECT_EQ(together, 32);
  Tensor codes(DType::f32, {100, 7}), outputs(DType::f32, {100, 9});
  for (int64_t first = 0; first < 100; first += together) {
    std::vector<uint32_t> rows(static_cast<size_t>(std::min(together, 100 - first)));
    std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(first));
    inference.encode(data, rows, codes.view().slice(first, std::ssize(rows)));
    inference.reconstruct(data, rows, outputs.view().slice(first, std::ssize(rows)));
  }
  EXPECT_EQ(values_of(codes), values_of(inference.encode(data)));
  EXPECT_EQ(values_of(outputs), values_of(inference.reconstruct(data)));
}

TEST(Inference, VisitsEveryChunkOnceHoweverManyThereAre) {
  Autoencoder a(model({layer("dense", 1)}, {layer("dense", 1)}), {1});
  const Inference inference(a, 3, 1);
  std::vector<int> visits(700);
  inference.for_each_chunk(700, [&](Inference::Workspace&, int64_t index, int64_t first, int64_t rows) {
    EXPECT_EQ(index, first);
    EXPECT_EQ(rows, 1);
    ++visits[static_cast<size_t>(index)];
  });
  EXPECT_EQ(visits, std::vector<int>(700, 1));
}

}  // namespace
}  // namespace hourglass
