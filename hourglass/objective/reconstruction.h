#pragma once

#include <string_view>

#include "hourglass/nn/network.h"
#include "hourglass/objective/config.h"

namespace hourglass {

/// The loss between input and reconstruction, mean over rows and elements; cross_entropy is a classifier's, mean over
/// rows.
enum class Reconstruction { bce, mse, cross_entropy };

/// "bce", "mse" or "cross_entropy".
std::string_view name_of(Reconstruction loss);

/// The loss that `config` names, or the network's own: bce when its decoder ends in a sigmoid, else mse. Throws Error
/// for bce without a final sigmoid.
Reconstruction reconstruction_of(const ObjectiveConfig& config, const Network& network);

}  // namespace hourglass
