#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/formats/safetensors.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Serialises a checkpoint: a safetensors file whose metadata `sha256` is the SHA-256 of the file, computed while these
/// 64 digits are zeros. Any changed byte is therefore detected.
std::string checkpoint_bytes(const std::map<std::string, ConstView>& tensors,
                             std::map<std::string, std::string> metadata);

/// The bytes of a checkpoint with the SHA-256 that they have; unchanged if they have no place for one.
std::string with_checksum(std::string bytes);

/// Parses the output of checkpoint_bytes. Throws Error with `name` if the file is not a safetensors file, or has no
/// checksum or a wrong one.
SafeTensors parse_checkpoint(std::string bytes, const std::string& name);

/// Copies the tensors of `file` to the views of the same names; others in it are ignored. Throws Error naming `name`
/// and the first tensor that is missing, has another shape or type, or a value that is not a finite number; then
/// nothing has changed.
void restore_tensors(const SafeTensors& file, const std::map<std::string, View>& to, const std::string& name);

/// Names of the numbers of an epoch: "train.loss", "train.reconstruction", "train.PENALTY" …, "validation.loss",
/// "validation.reconstruction", "test.loss", "test.reconstruction", "seconds", "samples_per_second"; without those of
/// parts of the data that were not measured.
std::vector<std::string> history_columns(const EpochRecord& epoch);

/// Numbers of all epochs as a tensor (epochs, columns), f64. All epochs must have the columns of `like`, whose values
/// are not used.
Tensor history_tensor(const std::vector<EpochRecord>& epochs, const EpochRecord& like);

/// Bit-exact inverse of history_tensor; epochs are numbered from 1. Throws Error with `name` for another dtype or
/// shape.
std::vector<EpochRecord> read_history(ConstView history, const EpochRecord& like, const std::string& name);

}  // namespace hourglass
