#pragma once

#include <string_view>

#include "hourglass/nn/network.h"
#include "hourglass/objective/config.h"

namespace hourglass {

/// Loss between input and reconstruction, mean over rows and elements; cross_entropy is the loss of a classifier, mean
/// over rows.
enum class Reconstruction { bce, mse, cross_entropy };

/// "bce", "mse" or "cross_entropy".
std::string_view name_of(Reconstruction loss);

/// The loss selected by `config`; by default bce if the decoder of the network ends in a sigmoid, else mse. Throws
/// Error for bce without a final sigmoid.
Reconstruction reconstruction_of(const ObjectiveConfig& config, const Network& network);

}  // namespace hourglass
