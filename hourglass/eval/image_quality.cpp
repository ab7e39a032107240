#include "hourglass/eval/image_quality.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

const std::array<double, kSsimWindow>& window() {
  static const auto weights = [] {
    std::array<double, kSsimWindow> w;
    double sum = 0;
    for (int64_t i = 0; i < kSsimWindow; ++i) {
      const auto d = static_cast<double>(i - kSsimWindow / 2);
      sum += w[i] = std::exp(-d * d / (2 * 1.5 * 1.5));
    }
    for (double& v : w) v /= sum;
    return w;
  }();
  return weights;
}

/// One channel of an image, (height, width).
using Plane = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Weighted means of the window along each row, wherever it fits, transposed: row j holds the means at column j.
Plane smoothed_rows(const Plane& in) {
  Plane out = Plane::Zero(in.rows(), in.cols() - kSsimWindow + 1);
  for (int64_t k = 0; k < kSsimWindow; ++k) out += window()[k] * in.middleCols(k, out.cols());
  return out.transpose();
}

Plane smoothed(const Plane& in) { return smoothed_rows(smoothed_rows(in)); }

double ssim_of_planes(const Plane& x, const Plane& y) {
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  const Plane a = smoothed(x), b = smoothed(y), aa = a * a, bb = b * b, ab = a * b;
  const Plane vx = smoothed(x * x) - aa, vy = smoothed(y * y) - bb, covariance = smoothed(x * y) - ab;
  const Plane similarity = (2 * ab + c1) * (2 * covariance + c2) / ((aa + bb + c1) * (vx + vy + c2));
  // In the order of the pixels on purpose: the order of Eigen's sum depends on the instructions it is compiled for.
  return std::accumulate(similarity.data(), similarity.data() + similarity.size(), 0.0) /
         static_cast<double>(similarity.size());
}

/// Pixels in [0, 1] of scaled values.
std::vector<double> pixels(const MeasuredRows& rows, ConstView scaled) {
  const Scaler& scaler = rows.model.scaler;
  Tensor values(scaled.dtype(), {scaled.rows(), scaled.columns()});
  copy(scaled, values);
  to_data_units(scaler, values);
  const bool is_raw = scaler.kind != ScalerKind::unit && scaler.kind != ScalerKind::center;
  const double white = is_raw && rows.data.is_bytes() ? 255 : 1;
  std::vector<double> all(values.size());
  for_each_value(values, [&](int64_t i, double v) { all[i] = v / white; });
  return all;
}

/// Mean over rows of measure(image, reconstruction).
template <class F>
double mean_over_images(const MeasuredRows& rows, std::string_view what, F measure) {
  const auto size = static_cast<size_t>(rows.data.sample.size());
  const auto sums = rows.collect<RowSums>(what, [&](const Inference::Chunk& chunk) {
    const auto x = pixels(rows, chunk.clean), r = pixels(rows, chunk.reconstruction());
    double sum = 0;
    for (size_t first = 0; first < x.size(); first += size)
      sum += measure(std::span(x).subspan(first, size), std::span(r).subspan(first, size));
    return RowSums{{sum}};
  });
  return sums.values[0] / static_cast<double>(rows.data.rows());
}

}  // namespace

double psnr(std::span<const double> a, std::span<const double> b) {
  HOURGLASS_CHECK(a.size() == b.size());
  double squares = 0;
  for (size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return 10 * std::log10(static_cast<double>(a.size()) / squares);
}

double ssim(std::span<const double> a, std::span<const double> b, const Shape& image) {
  HOURGLASS_CHECK(image.rank() == 3 && image[1] >= kSsimWindow && image[2] >= kSsimWindow);
  const int64_t size = image[1] * image[2];
  double sum = 0;
  for (int64_t c = 0; c < image[0]; ++c) {
    const auto plane = [&](std::span<const double> v) {
      return Eigen::Map<const Plane>(v.data() + c * size, image[1], image[2]);
    };
    sum += ssim_of_planes(plane(a), plane(b));
  }
  return sum / static_cast<double>(image[0]);
}

double mean_psnr(const MeasuredRows& rows) { return mean_over_images(rows, "psnr", psnr); }

double mean_ssim(const MeasuredRows& rows) {
  return mean_over_images(rows, "ssim", [&](auto x, auto r) { return ssim(x, r, rows.data.sample); });
}

void require_images(const Dataset& data, int64_t smallest) {
  const Shape& s = data.sample;
  if (s.rank() != 3) fail("{}: expected images, found samples of {}", data.name, s.text());
  if (s[1] < smallest || s[2] < smallest)
    fail("{}: images are {} × {}, the window needs at least {} × {}", data.name, s[1], s[2], smallest, smallest);
  if (data.is_bytes()) return;
  data.with_rows([&](const auto& rows) {
    int64_t number = 0;
    rows.for_each(all_rows(data.rows()), [&](const auto* x) {
      const std::span row(x, s.size());
      const auto outside = std::ranges::find_if(row, [](float v) { return !(v >= 0 && v <= 1); });
      ++number;
      if (outside != row.end()) fail("{}: expected pixels in [0, 1], found {} in row {}", data.name, *outside, number);
    });
  });
}

}  // namespace hourglass
