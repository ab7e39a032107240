#pragma once

#include <cstdint>
#include <optional>

#include "hourglass/nn/network.h"

namespace hourglass {

/// One thread's memory for taking up to `capacity` rows at a time through a network, or through another one of the same
/// shapes. Neither way allocates once it was gone with as many rows.
class Workspace {
 public:
  Workspace(const Network& network, DType dtype, int64_t capacity);

  int64_t capacity() const { return activations_.capacity; }
  const Activations& activations() const { return activations_; }
  /// (rows, …input): a place for scaled samples.
  View samples(int64_t rows) { return samples_.view().slice(0, rows); }

  /// Runs layers [0, end) on scaled samples, those in samples() or others. Gives the last one's output, valid until the
  /// next call.
  ConstView forward(const Network& network, ConstView theta, ConstView samples, int end);
  /// Runs the decoder on codes (rows, …code) in PyTorch's order. Gives its output, scaled, valid until the next call.
  ConstView decode(const Network& network, ConstView theta, ConstView codes);

 private:
  Activations activations_;
  Tensor samples_;
  std::optional<ColumnPacker> packer_;
};

/// codes assigned the encoder's output `inside` in PyTorch's order: an image code channels-first.
void copy_codes(const Network& network, ConstView inside, View codes);

}  // namespace hourglass
