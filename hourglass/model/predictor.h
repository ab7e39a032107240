#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "hourglass/model/model_file.h"
#include "hourglass/model/workspace.h"

namespace hourglass {

/// A model file that any number of threads may use at once. Rows are floats in the data's own units, one after another;
/// results are those of the program's verbs, to the bit where rows are cut into the same pieces of 256. All work is
/// done on the calling thread, in memory that is kept for its next call.
class Predictor {
 public:
  /// A run folder or a .safetensors file. Throws Error as load_model does.
  explicit Predictor(const std::filesystem::path& path);
  ~Predictor();

  int64_t inputs() const { return model_.autoencoder.network().input().size(); }
  int64_t code_size() const { return encoder_.code().output().size(); }

  bool has_scores() const { return model_.anomaly.has_value(); }

  void encode(const float* rows, int64_t count, float* codes) const;
  void decode(const float* codes, int64_t count, float* rows) const;
  void reconstruct(const float* rows, int64_t count, float* out) const;
  /// Throws Error when the model stores no threshold, or a value is NaN and the model fills none in.
  void score(const float* rows, int64_t count, double* scores) const;

 private:
  struct Space;
  /// Calls chunk(space, first row, rows) for all rows, some at a time.
  template <class Chunk>
  void run(int64_t count, Chunk chunk) const;
  /// What the calling thread works in, for `rows` rows at a time or more.
  Space& space(int64_t rows) const;

  TrainedModel model_;
  Network encoder_;  ///< as it is when codes are wanted for themselves
  mutable std::mutex mutex_;
  mutable std::map<std::thread::id, std::unique_ptr<Space>> spaces_;
};

}  // namespace hourglass
