#pragma once

#include "hourglass/nn/config.h"
#include "hourglass/tensor/shape.h"

namespace hourglass {

/// True for images (channels, height, width) of more than 8 pixels along one side: smaller ones suit dense layers.
bool suits_convolutions(const Shape& sample);

/// Suggests the layers for such images: convolutions halve each side, rounding up, until neither has more than 8
/// pixels, with 16, 32 and then 64 channels; a dense layer makes the code of a 64th of the features, 32 to 128 units.
/// The decoder mirrors this, and restores any size exactly. `sigmoid`: the outputs are between 0 and 1.
ModelConfig suggest_picture_model(const Shape& sample, bool sigmoid);

}  // namespace hourglass
