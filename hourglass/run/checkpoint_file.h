#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hourglass/data/formats/safetensors.h"

namespace hourglass {

/// Serialises a checkpoint: a safetensors file whose metadata `sha256` is the SHA-256 of the file, computed while these
/// 64 digits are zeros. Any changed byte is therefore detected.
std::string checkpoint_bytes(const std::map<std::string, ConstView>& tensors,
                             std::map<std::string, std::string> metadata);

/// Parses the output of checkpoint_bytes. Throws Error with `name` if the file is not a safetensors file, or has no
/// checksum or a wrong one.
SafeTensors parse_checkpoint(std::string bytes, const std::string& name);

/// Copies the tensors of `file` to the views of the same names; others in it are ignored. Throws Error naming `name`
/// and the first tensor that is missing or has another shape or type; then nothing has changed.
void restore_tensors(const SafeTensors& file, const std::map<std::string, View>& to, const std::string& name);

}  // namespace hourglass
