#include "hourglass/eval/image_quality.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/eval/metrics.h"
#include "support/golden.h"
#include "support/message_of.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

class ImagePair : public testing::TestWithParam<const char*> {};

TEST_P(ImagePair, IsAsAlikeAsNumPySays) {
  const auto cases = golden_cases("metrics");
  const auto& golden = cases.at(GetParam()).tensors;
  const auto a = values_of(golden.at("a")), b = values_of(golden.at("b"));
  const Shape image = golden.at("a").shape();
  EXPECT_NEAR(ssim(a, b, image), golden.at("ssim").as<double>()[0], 1e-12);
  EXPECT_NEAR(psnr(a, b), golden.at("psnr").as<double>()[0], 1e-12);
  EXPECT_EQ(ssim(b, a, image), ssim(a, b, image));
  EXPECT_NEAR(ssim(a, a, image), 1, 1e-14);
  EXPECT_TRUE(std::isinf(psnr(a, a)));
}

INSTANTIATE_TEST_SUITE_P(Golden, ImagePair, testing::Values("images_grey", "images_colour", "images_smallest"),
                         [](const auto& info) { return std::string(info.param); });

const Shape kImage = {2, 12, 14};

/// Pixels in [0, 1], or bytes.
Dataset images(int64_t rows) {
  const Tensor x = uniforms(DType::f32, kImage.batch(rows), 3, 0, 1);
  return {"images", kImage, std::vector<float>(x.as<float>(), x.as<float>() + x.size()), {}};
}

Dataset byte_images(int64_t rows) {
  std::vector<uint8_t> bytes;
  const Dataset pixels = images(rows);
  for (const float v : std::get<1>(pixels.values)) bytes.push_back(static_cast<uint8_t>(v * 255));
  return {"bytes", kImage, std::move(bytes), {}};
}

/// Reconstructs scaled images as 0.9 of themselves.
Autoencoder fading(const Scaler& scaler) {
  Autoencoder a(model({layer("conv2d", 2, 1)}, {layer("conv_transpose2d", 2, 1)}), kImage, DType::f64);
  for (const size_t p : {0, 2}) {
    double* w = a.network().parameters()[p].in(a.theta()).as<double>();
    w[0] = w[3] = p == 0 ? 1 : 0.9;
  }
  a.scaler = scaler;
  return a;
}

double measure(const Autoencoder& a, const Dataset& data, const std::string& name,
               const EvaluationOptions& options = {}) {
  return std::get<double>(evaluate(a, data, std::vector{name}, options).at(0).second);
}

TEST(ImageQuality, IsTheMeanOverImages) {
  constexpr int64_t kRows = 300;
  const Dataset data = images(kRows);
  const auto& x = std::get<1>(data.values);
  const auto size = static_cast<size_t>(kImage.size());
  double psnrs = 0, ssims = 0;
  for (size_t first = 0; first < x.size(); first += size) {
    std::vector<double> a(x.begin() + static_cast<int64_t>(first), x.begin() + static_cast<int64_t>(first + size)), b;
    for (const double v : a) b.push_back(0.9 * v);
    psnrs += psnr(a, b) / kRows;
    ssims += ssim(a, b, kImage) / kRows;
  }
  const Autoencoder a = fading({});
  EXPECT_NEAR(measure(a, data, "psnr"), psnrs, 1e-10);
  EXPECT_NEAR(measure(a, data, "ssim"), ssims, 1e-12);
  EXPECT_EQ(measure(a, data, "ssim"), measure(a, data, "ssim", {.threads = 3}));
  EXPECT_NEAR(measure(a, data, "ssim", {.chunk_rows = 7}), ssims, 1e-12);
}

/// Metrics compare pixels before scaling: here the error of scaled values is 0.1·(x − mean).
TEST(ImageQuality, IsThatOfPixelsWhateverTheScaler) {
  const Dataset data = byte_images(40);
  std::vector<uint32_t> rows(40);
  for (uint32_t i = 0; i < 40; ++i) rows[i] = i;
  const Autoencoder unit = fading(fit_scaler(ScalerKind::unit, data, rows)),
                    raw = fading(fit_scaler(ScalerKind::none, data, rows));
  for (const char* name : {"psnr", "ssim"})
    EXPECT_NEAR(measure(raw, data, name), measure(unit, data, name), 1e-5) << name;
  const Autoencoder centred = fading(fit_scaler(ScalerKind::center, data, rows));
  const Autoencoder standard = fading(fit_scaler(ScalerKind::standard, data, rows));
  for (const char* name : {"psnr", "ssim"})
    EXPECT_NEAR(measure(standard, data, name), measure(centred, data, name), 1e-5) << name;
  EXPECT_GT(measure(centred, data, "psnr"), measure(unit, data, "psnr") + 1);
}

TEST(ImageQuality, RefusesWhatIsNoImage) {
  const auto refusal = [](Shape sample, float value, int64_t smallest) {
    const Dataset data{"data", sample, std::vector<float>(2 * sample.size(), value), {}};
    return message_of<Error>([&] { require_images(data, smallest); });
  };
  EXPECT_EQ(refusal({784}, 0, 1), "data: expected images, found samples of 784");
  EXPECT_EQ(refusal({1, 10, 20}, 0, kSsimWindow), "data: images are 10 × 20, the window needs at least 11 × 11");
  EXPECT_EQ(refusal({1, 10, 20}, 0, 1), "nothing was thrown");
  EXPECT_EQ(refusal({1, 11, 11}, 1.5, kSsimWindow), "data: expected pixels in [0, 1], found 1.5 in row 1");
  EXPECT_EQ(refusal({1, 11, 11}, 1, kSsimWindow), "nothing was thrown");
}

}  // namespace
}  // namespace hourglass
