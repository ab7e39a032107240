#include "hourglass/objective/augmentation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hourglass/base/error.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// Where a row or column of the result lies between two of the image.
struct Between {
  int64_t low, high;
  double share;  ///< of high
};

/// For every row (or column) of the result; places beyond the border are those of the border.
std::vector<Between>& places(double first, double step, int64_t side, std::vector<Between>& all) {
  all.resize(static_cast<size_t>(side));
  for (int64_t i = 0; i < side; ++i) {
    const double at = std::clamp(first + step * static_cast<double>(i), 0.0, static_cast<double>(side - 1));
    const auto low = static_cast<int64_t>(at);
    all[i] = {low, std::min(low + 1, side - 1), at - static_cast<double>(low)};
  }
  return all;
}

}  // namespace

Augmentation::Augmentation(const AugmentationConfig& config, const Shape& sample, uint64_t seed)
    : config_(config), random_(seed, Stream::augmentation) {
  if (sample.rank() != 3)
    fail("[augmentation] changes images, but the samples are {}; remove the section", sample.text());
  channels_ = sample[0];
  height_ = sample[1];
  width_ = sample[2];
  if (config_.crop >= std::min(height_, width_))
    fail("[augmentation] crop = {}: expected less than the sides of the images, {}", config_.crop, sample.text());
}

Augmentation::Placement Augmentation::placement(uint32_t epoch, uint32_t sample) const {
  uint64_t next = 0;
  const auto uniform = [&] { return random_.uniform(epoch, sample, next++); };
  const auto shift = [&] {
    const auto choices = static_cast<double>(2 * config_.crop + 1);
    return std::floor(uniform() * choices) - static_cast<double>(config_.crop);
  };
  // The centre of the first pixel of a part that begins at `start`.
  const double step = config_.resize + (1 - config_.resize) * uniform();
  const auto first = [&](int64_t side) {
    const double start = (1 - step) * static_cast<double>(side) * uniform();
    return start + step / 2 - 0.5 + step * shift();
  };
  Placement p{first(height_), step, first(width_), step};
  const auto mirror = [&](bool may, int64_t side, double& begin, double& advance) {
    const bool mirrored = uniform() < 0.5;
    if (!may || !mirrored) return;
    begin += advance * static_cast<double>(side - 1);
    advance = -advance;
  };
  mirror(config_.flip == Flip::vertical || config_.flip == Flip::both, height_, p.y_first, p.y_step);
  mirror(config_.flip == Flip::horizontal || config_.flip == Flip::both, width_, p.x_first, p.x_step);
  return p;
}

void Augmentation::apply(uint32_t epoch, std::span<const uint32_t> samples, View images) const {
  HOURGLASS_CHECK(images.rows() == static_cast<int64_t>(samples.size()));
  const int64_t pixels = height_ * width_;
  visit_floats(images, [&]<class T>(std::span<T> all) {
    thread_local std::vector<T> original;  // these keep their memory from step to step
    thread_local std::vector<Between> rows, columns;
    original.resize(static_cast<size_t>(pixels));
    T* image = all.data();
    for (const uint32_t sample : samples) {
      const Placement p = placement(epoch, sample);
      places(p.y_first, p.y_step, height_, rows);
      places(p.x_first, p.x_step, width_, columns);
      for (int64_t c = 0; c < channels_; ++c) {
        std::copy_n(image, pixels, original.data());
        for (const Between& y : rows) {
          const T *above = original.data() + y.low * width_, *below = original.data() + y.high * width_;
          const auto share = static_cast<T>(y.share);
          for (const Between& x : columns) {
            const auto mix = [&](const T* row) {
              return row[x.low] + static_cast<T>(x.share) * (row[x.high] - row[x.low]);
            };
            const T upper = mix(above);
            *image++ = upper + share * (mix(below) - upper);
          }
        }
      }
    }
  });
}

}  // namespace hourglass
