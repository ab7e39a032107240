#pragma once

#include <string>
#include <variant>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/tensor/shape.h"

namespace hourglass {

/// How an array (rows, …) is read as samples.
struct ArrayLayout {
  Shape sample;                ///< (features), or (channels, height, width)
  bool channels_last = false;  ///< the array has the order (rows, height, width, channels)
  std::string note = {};       ///< what was guessed, and the key that changes it; empty if nothing
};

/// The layout of an array of 2, 3 or 4 axes; with 2 axes these are features, with 3 grey images. With 4 axes and
/// DataLayout::automatic, the last axis is that of the channels if it has 1, 3 or 4 elements and the second does not,
/// unless the last two make a square; otherwise the second is. `name` is that of the array, for the note.
ArrayLayout layout_of(const Shape& array, DataLayout asked, const std::string& name);

/// Changes rows of (height, width, channels) to (channels, height, width) = sample.
void put_channels_first(std::variant<std::vector<uint8_t>, std::vector<float>>& values, const Shape& sample);

}  // namespace hourglass
