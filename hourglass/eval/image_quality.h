#pragma once

#include <span>

#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Means over images of how like their originals reconstructions look; pixels in [0, 1], whatever the scaler makes of
/// them.
///   psnr   10 log10(1 / mse) of an image in decibels, infinite where it comes back exactly
///   ssim   structural similarity (Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment: from error visibility
///   to
///          structural similarity", IEEE Transactions on Image Processing 2004): per channel, by their 11 × 11 Gaussian
///          window (σ = 1.5) wherever it lies within the image, K1 = 0.01, K2 = 0.03; 1 for the same image
double mean_psnr(const MeasuredRows& rows);
double mean_ssim(const MeasuredRows& rows);

/// The least height and width of an image that ssim takes.
inline constexpr int64_t kSsimWindow = 11;

/// Throws Error unless samples are images of at least so many pixels each way, in [0, 1] or bytes.
void require_images(const Dataset& data, int64_t smallest);

/// Of two images (channels, height, width) of pixels in [0, 1].
double psnr(std::span<const double> a, std::span<const double> b);
double ssim(std::span<const double> a, std::span<const double> b, const Shape& image);

}  // namespace hourglass
