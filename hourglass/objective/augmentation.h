#pragma once

#include <cstdint>
#include <span>

#include "hourglass/base/random.h"
#include "hourglass/objective/config.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Random changes to training images, which are input and target alike, in this order:
///
///     resize s   a part of the image whose sides are a fraction f of its sides, f uniform in [s, 1], at a uniform
///                place, resampled to the size of the image by bilinear interpolation between the centres of pixels
///     crop p     a shift by dy rows and dx columns, both uniform in −p … p; the outermost pixels are repeated, which
///                is PyTorch's RandomCrop(size, padding=p, padding_mode="edge")
///     flip       mirrored left to right, top to bottom, or each of them, with probability 1/2
///
/// A function of (seed, epoch, sample): independent of threads and batch boundaries.
class Augmentation {
 public:
  /// Throws Error if samples are not images, or not larger than the shift.
  Augmentation(const AugmentationConfig& config, const Shape& sample, uint64_t seed);

  /// Changes images (rows, features) in place, channels-first; samples[i] identifies row i.
  void apply(uint32_t epoch, std::span<const uint32_t> samples, View images) const;

 private:
  /// Pixel (y, x) of the result is pixel (y_first + y_step·y, x_first + x_step·x) of the image.
  struct Placement {
    double y_first, y_step, x_first, x_step;
  };
  Placement placement(uint32_t epoch, uint32_t sample) const;

  AugmentationConfig config_;
  int64_t channels_ = 0, height_ = 0, width_ = 0;
  Random random_;
};

}  // namespace hourglass
