#pragma once

#include <cstdint>
#include <filesystem>

#include "hourglass/model/inference.h"
#include "hourglass/model/model_file.h"

namespace hourglass {

/// A model file that any number of threads may use at once. Rows are floats in the data's own units, one after another;
/// results are those of the program's subcommands, bit for bit where rows are cut into the same chunks of 256. A call
/// works on the calling thread alone, in memory that is kept for later calls.
class Predictor {
 public:
  /// A run folder or a .safetensors file. Throws Error as load_model does.
  explicit Predictor(const std::filesystem::path& path);

  int64_t inputs() const { return network().input().size(); }
  int64_t code_size() const { return network().code().output().size(); }

  bool has_scores() const { return model_.anomaly.has_value(); }

  void encode(const float* rows, int64_t count, float* codes) const;
  void decode(const float* codes, int64_t count, float* rows) const;
  void reconstruct(const float* rows, int64_t count, float* out) const;
  /// Throws Error when the model stores no threshold, or a value is NaN and the model fills none in.
  void score(const float* rows, int64_t count, double* scores) const;

 private:
  const Network& network() const { return model_.autoencoder.network(); }
  Dataset dataset(const float* rows, int64_t count) const;

  TrainedModel model_;
  Inference inference_;
};

}  // namespace hourglass
