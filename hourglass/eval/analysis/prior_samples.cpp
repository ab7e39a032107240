#include "hourglass/eval/analysis/prior_samples.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/eval/analysis/budget.h"
#include "hourglass/tensor/noise.h"

namespace hourglass {

namespace {

constexpr int64_t kDraws = 64, kSide = 15;
constexpr int64_t kMostValues = int64_t{1} << 24;

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

int64_t most_prior_samples(const Network& network) {
  const int64_t widest = std::max(network.input().size(), network.code().output().size());
  return affordable(atom_products(network), std::min(kSide * kSide, kMostValues / widest));
}

PriorSamples prior_samples(const Inference& inference, int64_t most) {
  PriorSamples prior;
  if (most < 1) return prior;
  const DType dtype = inference.model().theta().dtype();
  const Shape& code = inference.model().network().code().output();
  Tensor draws(dtype, code.batch(std::min(kDraws, most)));
  fill_normal(Random(/*seed=*/0, Stream::prior), 0, {}, 0, draws);
  prior.samples = decoded_images(inference, draws);
  if (code.size() != 2) return prior;
  prior.side = std::min(kSide, static_cast<int64_t>(std::sqrt(static_cast<double>(most))));
  prior.manifold = decoded_images(inference, plane(prior.side).cast(dtype));
  return prior;
}

}  // namespace hourglass
