#pragma once

#include <cstdint>
#include <span>

#include "hourglass/base/random.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// noise (rows, columns) assigned standard normal numbers, a function of (random, epoch, samples[i], draw, column);
/// `draw` distinguishes several rows of one sample. samples[i] identifies row i; if empty, its number does.
void fill_normal(const Random& random, uint32_t epoch, std::span<const uint32_t> samples, uint32_t draw, View noise);

}  // namespace hourglass
