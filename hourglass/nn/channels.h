#pragma once

#include <array>
#include <span>
#include <vector>

#include "hourglass/tensor/shape.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

/// Features of a vector, or channels of an image.
inline int64_t channels_of(const Shape& sample) { return sample[0]; }

/// A batch as rows of one value per channel: the samples, or the pixels of channels-last images.
template <class Byte>
BasicView<Byte> by_channel(const BasicView<Byte>& batch, int64_t channels) {
  return batch.reshaped({batch.size() / channels, channels});
}

/// Lists of n numbers in this thread's memory, valid until the thread's next call with the same K.
template <size_t K>
std::array<std::span<double>, K> number_lists(int64_t n) {
  thread_local std::vector<double> memory;
  const auto size = static_cast<size_t>(n);
  memory.resize(std::max(memory.size(), K * size));
  std::array<std::span<double>, K> lists;
  for (size_t k = 0; k < K; ++k) lists[k] = std::span(memory).subspan(k * size, size);
  return lists;
}

/// list assigned the elements of v.
inline void read_numbers(ConstView v, std::span<double> list) {
  for_each_value(v, [&](int64_t i, double x) { list[static_cast<size_t>(i)] = x; });
}

}  // namespace hourglass
