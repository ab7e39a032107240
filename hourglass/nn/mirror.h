#pragma once

#include <vector>

#include "hourglass/nn/config.h"

namespace hourglass {

class Network;

/// The decoder that "mirror" stands for, from an encoder that `network` already has. The layers that change the shape
/// are undone in reverse order: dense by dense (and reshape where its input was an image or a series), convolutions by
/// transposed ones with the output_padding that gives their input's shape back, transposed convolutions by
/// convolutions, pooling by upsampling, reshape by reshape, series and steps by each other, and a residual by one with
/// mirrored branch and shortcut. The other layers (activations, norms) between two of them stand, in their order,
/// between the two that undo these; at the top level, those before the first layer and behind the last, and those
/// before the first layer with weights of the decoder, are left out. In a branch they stay at its beginning and end.
///
/// Throws Error for a layer that cannot be undone.
std::vector<LayerConfig> mirror_of(const Network& network);

}  // namespace hourglass
