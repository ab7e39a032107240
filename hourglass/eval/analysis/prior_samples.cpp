#include "hourglass/eval/analysis/prior_samples.h"

#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/tensor/noise.h"

namespace hourglass {

namespace {

constexpr int64_t kDraws = 64;

/// Decoded codes as f32 pixels.
Tensor decoded_images(const Inference& inference, const Tensor& codes) {
  Tensor images = inference.decode(codes).cast(DType::f32);
  uncenter(inference.model().scaler, images);
  return images;
}

/// Codes of two units at the quantiles (k + ½) / side of N(0, 1); rows from the largest second unit downwards.
Tensor plane(int64_t side) {
  Tensor codes(DType::f32, {side * side, 2});
  const auto quantile = [&](int64_t k) {
    return static_cast<float>(normal_quantile((static_cast<double>(k) + 0.5) / static_cast<double>(side)));
  };
  float* z = codes.as<float>();
  for (int64_t row = 0; row < side; ++row)
    for (int64_t column = 0; column < side; ++column) {
      *z++ = quantile(column);
      *z++ = quantile(side - 1 - row);
    }
  return codes;
}

}  // namespace

PriorSamples prior_samples(const Inference& inference, bool is_image, int64_t side) {
  PriorSamples prior;
  if (!is_image) return prior;
  const DType dtype = inference.model().theta().dtype();
  const Shape& code = inference.model().network().code().output();
  Tensor draws(dtype, code.batch(kDraws));
  fill_normal(Random(/*seed=*/0, Stream::prior), 0, {}, 0, draws);
  prior.samples = decoded_images(inference, draws);
  if (code.size() != 2) return prior;
  prior.side = side;
  prior.manifold = decoded_images(inference, plane(side).cast(dtype));
  return prior;
}

}  // namespace hourglass
