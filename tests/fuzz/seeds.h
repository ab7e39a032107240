#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hourglass/train/trainer.h"

namespace hourglass::fuzz {

std::vector<std::string> idx_seeds();
std::vector<std::string> gzip_seeds();
std::vector<std::string> npy_seeds();
std::vector<std::string> npz_seeds();
std::vector<std::string> table_seeds();
std::vector<std::string> image_seeds();
std::vector<std::string> safetensors_seeds();
std::vector<std::string> recipe_seeds();
std::vector<std::string> metrics_seeds();
/// Without the header's length: see with_header_length.
std::vector<std::string> model_seeds();
std::vector<std::string> checkpoint_seeds();

/// A safetensors file from its header up to the first newline, and the tensors' bytes after it. Without a length that
/// every insertion makes wrong, a fuzzer comes past the framing, which has a target of its own.
std::string with_header_length(std::string_view header_and_data);

/// A training run of a few rows whose checkpoint holds everything a checkpoint can.
struct SmallRun {
  SmallRun();
  SmallRun(const SmallRun&) = delete;
  /// Trains for `steps` steps, or to the end.
  void train(int steps);

  const Recipe recipe;
  const Dataset data;
  Autoencoder model;
  Trainer trainer;
  std::vector<EpochRecord> epochs;
};

}  // namespace hourglass::fuzz
