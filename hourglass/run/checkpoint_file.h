#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hourglass/data/formats/safetensors.h"

namespace hourglass {

/// The bytes of a checkpoint: a safetensors file whose metadata `sha256` is the SHA-256 of the file itself, taken while
/// these 64 digits are zeros. So no byte of it can change unnoticed.
std::string checkpoint_bytes(const std::map<std::string, ConstView>& tensors,
                             std::map<std::string, std::string> metadata);

/// The inverse. Throws Error naming `name` when the file is no safetensors file, holds no checksum, or another one.
SafeTensors parse_checkpoint(std::string bytes, const std::string& name);

}  // namespace hourglass
