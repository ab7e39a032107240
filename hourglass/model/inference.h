#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "hourglass/base/free_list.h"
#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"

namespace hourglass {

/// Runs an autoencoder over many rows, a chunk at a time, on several threads. The rows of a chunk follow from the
/// network alone, so that the result for a row depends neither on the number of threads nor on the memory of the
/// machine. A thread's pass takes at most kPassBytes, or the memory of one row, and keeps it for the next call. Any
/// number of threads may use one object at once.
class Inference {
 public:
  static constexpr int64_t kChunkRows = 256;
  static constexpr int64_t kPassBytes = int64_t{1} << 28;

  /// Rows of a chunk: `most`, halved until their pass takes at most kPassBytes, and at least one.
  static int64_t rows_of_a_chunk(const Network& network, DType dtype, int64_t most = kChunkRows);

  explicit Inference(const Autoencoder& model, int threads, int64_t most_chunk_rows = kChunkRows);
  /// As `other`, but with other chunks.
  Inference(const Inference& other, int64_t most_chunk_rows);
  /// `stop` is asked before each chunk, from any thread, one at a time; true ends the pass, which throws Interrupted.
  void stop_when(std::function<bool()> stop) { stop_ = std::move(stop); }

  /// Working memory for one chunk; later chunks reuse it.
  struct Workspace {
    Workspace(const Autoencoder& model, int64_t capacity)
        : pass(model.network(), model.theta().dtype(), capacity), ids(capacity) {}

    MicroBatch pass;
    std::vector<uint32_t> ids;              ///< numbers of the chunk's rows, if the caller has not chosen rows
    std::optional<MicroBatch> second_pass;  ///< for Chunk::repeat
    Tensor corrupted;                       ///< (capacity, inputs); empty without a CorruptInput function
  };

  /// Some consecutive rows of a data set after their pass through the network.
  struct Chunk {
    const Network& network;
    int64_t index;  ///< 0, 1, … : rows [first, first + rows) of the data set
    int64_t first;
    int64_t rows;
    ConstView clean;  ///< (rows, inputs), scaled
    ConstView input;  ///< the same, unless the caller corrupted it
    const MicroBatch& pass;
    Workspace& workspace;
    ConstView theta;

    /// Output of a layer, (rows, units).
    ConstView value(int layer) const { return pass.output(layer); }
    ConstView code() const { return value(network.code_end() - 1); }
    ConstView reconstruction() const { return value(network.layers() - 1); }
    /// Runs layers [0, last) once more, on an input that fill(View input) assigns, (rows, inputs). The result is valid
    /// until the next call.
    const MicroBatch& repeat(int last, const std::function<void(View)>& fill) const;
    /// Runs the decoder once more, on codes in the network's order that fill(View codes) assigns, (rows, units).
    const MicroBatch& decode(const std::function<void(View)>& fill) const;

   private:
    MicroBatch& second_pass() const;
  };
  using Visit = std::function<void(const Chunk&)>;
  /// Changes the scaled input of the given rows before they are encoded.
  using CorruptInput = std::function<void(ConstView clean, std::span<const uint32_t> rows, View input)>;

  /// Encodes and decodes every row; `visit` runs on worker threads, chunks in any order. Throws Error when the data's
  /// samples are not of the network's size.
  void reconstruct(const Dataset& data, const Visit& visit, const CorruptInput& corrupt_input = nullptr) const;
  /// The same for chosen rows, in their order; Chunk::first counts within `rows`.
  void reconstruct(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit,
                   const CorruptInput& corrupt_input = nullptr, Mode mode = Mode::evaluation) const;

  /// (rows, …code) of every row, in PyTorch's order (an image code channels-first).
  Tensor encode(const Dataset& data, Mode mode = Mode::encoding) const;
  void encode(const Dataset& data, View codes, Mode mode = Mode::encoding) const;
  /// Calls visit with chosen rows after their pass through the encoder; no later layer has an output.
  void encode(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit, Mode mode) const;
  /// The network's output for codes (rows, …code), scaled as in training.
  Tensor decode(ConstView codes) const;
  void decode(ConstView codes, View out) const;
  /// The network's output for every row, scaled as in training. `out` may be the memory of the data.
  Tensor reconstruct(const Dataset& data) const;
  void reconstruct(const Dataset& data, View out) const;
  /// Codes, or outputs of the network, of chosen rows.
  void encode(const Dataset& data, std::span<const uint32_t> rows, View codes) const;
  void reconstruct(const Dataset& data, std::span<const uint32_t> rows, View out) const;

  /// Calls chunk(workspace, index, first row, rows) for all chunks of `rows` rows, on worker threads: some of them
  /// at a time, in order, all of which are finished before the next begin.
  void for_each_chunk(int64_t rows, const std::function<void(Workspace&, int64_t, int64_t, int64_t)>& chunk) const;

  const Autoencoder& model() const { return model_; }
  int64_t chunks(int64_t rows) const { return (rows + chunk_rows_ - 1) / chunk_rows_; }
  int64_t chunk_rows() const { return chunk_rows_; }
  /// The most rows that take at most `bytes` for values of this width, as whole chunks; at least one chunk. Results for
  /// so many rows at a time have the same bits as those for all rows at once.
  int64_t whole_chunks(int64_t width, int64_t bytes) const;

 private:
  void throw_if_stopped() const;
  /// Layers [0, last) for the given rows of the data, or all.
  void run(const Dataset& data, std::optional<std::span<const uint32_t>> rows, Mode mode, int last, const Visit& visit,
           const CorruptInput& corrupt_input) const;

  const Autoencoder& model_;
  int threads_;
  int64_t chunk_rows_;
  std::function<bool()> stop_;
  mutable std::mutex stop_mutex_;
  mutable FreeList<Workspace> workspaces_;
};

/// Mean of the reconstruction loss over all elements of the given rows (all rows if empty), summed in double in a fixed
/// order. mean_bce computes it from logits: the network must end in a sigmoid.
double mean_bce(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows = {},
                const Inference::CorruptInput& corrupt_input = nullptr);
double mean_squared_error(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows = {},
                          const Inference::CorruptInput& corrupt_input = nullptr);

}  // namespace hourglass
