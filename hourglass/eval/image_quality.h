#pragma once

#include <span>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Smallest height and width of an image for ssim: the side of its window.
inline constexpr int64_t kSsimWindow = 11;

/// Peak signal-to-noise ratio of two images (channels, height, width) with pixels in [0, 1]: 10 log10(1 / mse) in
/// decibels; infinite for equal images.
double psnr(std::span<const double> a, std::span<const double> b);

/// Structural similarity of two such images (Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment: from error
/// visibility to structural similarity", IEEE Transactions on Image Processing 2004): mean over channels and over all
/// 11 × 11 Gaussian windows (σ = 1.5) that lie within the image; K1 = 0.01, K2 = 0.03. 1 for equal images.
double ssim(std::span<const double> a, std::span<const double> b, const Shape& image);

/// Means over rows of psnr and ssim of an image and its reconstruction. Pixels are converted from scaled values to
/// [0, 1].
double mean_psnr(const MeasuredRows& rows);
double mean_ssim(const MeasuredRows& rows);

/// Throws Error unless samples are images with at least `smallest` pixels in height and width, and pixels are bytes or
/// lie in [0, 1].
void require_images(const Dataset& data, int64_t smallest);

}  // namespace hourglass
