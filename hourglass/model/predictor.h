#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "hourglass/model/inference.h"
#include "hourglass/model/model_file.h"

namespace hourglass {

/// Applies a stored model to rows in memory: consecutive floats in the data's own units. Any number of threads may call
/// one object at the same time; a call runs on its own thread only and reuses memory of earlier calls. Results equal
/// those of the program's subcommands, bit for bit if rows are split at multiples of Inference::kChunkRows.
class Predictor {
 public:
  /// A run folder or a .safetensors file. Throws Error as load_model does.
  explicit Predictor(const std::filesystem::path& path);

  int64_t inputs() const { return network().input().size(); }
  int64_t code_size() const { return network().code().output().size(); }

  bool has_scores() const { return model_.anomaly.has_value(); }

  /// As reconstruct and score: throws Error when a value is NaN and the model fills none in.
  void encode(const float* rows, int64_t count, float* codes) const;
  void decode(const float* codes, int64_t count, float* rows) const;
  void reconstruct(const float* rows, int64_t count, float* out) const;
  /// Throws Error also when the model stores no threshold.
  void score(const float* rows, int64_t count, double* scores) const;

 private:
  const Network& network() const { return model_.autoencoder.network(); }
  /// The rows, once they are checked for missing values.
  Dataset dataset(const float* rows, int64_t count) const;

  TrainedModel model_;
  Inference inference_;
  std::optional<EvidenceScorer> scorer_;
};

}  // namespace hourglass
