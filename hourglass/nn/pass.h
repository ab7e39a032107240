#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/live_columns.h"

namespace hourglass {

class Network;

/// What a pass is for. Layers that differ follow it: topk keeps alpha·k units when the codes themselves are the result.
enum class Mode { training, evaluation, encoding };

/// The circumstances of a pass: an argument of forward and backward, never the state of a layer. So one network serves
/// any number of modes and threads at the same time.
struct PassContext {
  Mode mode = Mode::evaluation;
  double progress = 1.0;  ///< steps done / steps of the whole run
  uint64_t seed = 0;      ///< with epoch and sample id, the key of anything random
  uint32_t epoch = 0;
  std::span<const uint32_t> sample_ids = {};  ///< one per row; empty: the row's number
  std::span<const double> batch_sums = {};    ///< for a layer with BatchSums: its sums over the batch, forward's first
  int64_t batch_rows = 0;                     ///< rows of the whole batch that batch_sums cover

  uint32_t sample_id(int64_t row) const { return sample_ids.empty() ? static_cast<uint32_t>(row) : sample_ids[row]; }
};

/// Where a backward pass takes gradients in, beside what flows from layer to layer. It decides which memory a
/// micro-batch needs.
struct GradientSources {
  int top = 0;                  ///< the layer whose output the loss has its gradient at
  std::vector<bool> penalized;  ///< per layer: a penalty has a gradient at its output
};

/// Some rows of a batch in a forward and backward pass, with all the memory the pass takes. It is made once and used
/// for every step: after the first pass nothing is allocated. Results of a row do not depend on the micro-batch it is
/// in.
class MicroBatch {
 public:
  /// Memory for the outputs of all layers, for up to `capacity` rows.
  MicroBatch(const Network& network, DType dtype, int64_t capacity);
  /// Also memory for a backward pass from these sources. Layer i's output buffer is reused for the gradient at that
  /// output where no later step reads the output: layer i's backward does not, layer i + 1 is element-wise or absent,
  /// and no penalty has a gradient there. A gradient that a deferred weight gradient reads has memory of its own; all
  /// others alternate between two buffers.
  MicroBatch(const Network& network, DType dtype, int64_t capacity, const GradientSources& sources);
  /// A pass beside another one, over `input` in place of its input and layers [0, layers) alone. It has the same rows
  /// and context; its outputs are in the other's arena.
  MicroBatch(const MicroBatch& other, ConstView input, int layers);

  /// Begins a forward pass of `rows` rows at layer 0, whose input is in input_buffer(rows).
  void begin(int64_t rows, int64_t batch_rows, const PassContext& context);
  /// Begins at layer 0 on an input that stays elsewhere, (rows, inputs).
  void begin(ConstView input, int64_t batch_rows, const PassContext& context);
  /// Begins at layer `first`, whose input is in output(first − 1).
  void begin_at(int first, int64_t rows, const PassContext& context);

  /// (rows, inputs): where the input of the next pass is written.
  View input_buffer(int64_t rows) { return input_buffer_.view().slice(0, rows); }
  /// Rows [first, first + count) of a finished forward pass, which must outlive the result. Scratch is in `arena`.
  MicroBatch slice(int64_t first, int64_t count, std::span<const uint32_t> sample_ids, Arena& arena) const;

  const Network& network() const { return *network_; }
  const PassContext& context() const { return context_; }
  DType dtype() const { return dtype_; }
  int64_t capacity() const { return capacity_; }
  int64_t rows() const { return rows_; }
  int64_t batch_rows() const { return context_.batch_rows; }
  /// Scratch memory until the next begin().
  Arena& arena() const { return *arena_; }

  /// (rows, inputs), corrupted if the run corrupts.
  ConstView input() const { return input_; }
  /// (rows, units) of a layer's output; layer −1 is the input.
  ConstView output(int layer) const { return layer < 0 ? input_ : ConstView(outputs_[layer].slice(0, rows_)); }
  /// The same memory, for the layer that assigns it.
  View output_buffer(int layer) { return outputs_[layer].slice(0, rows_); }
  /// What layer i reads: output(i − 1), and for the first layer the same rows packed, where that saves work.
  InputRows input_of(int layer) const { return layer == 0 && packed_ ? *packed_ : InputRows(output(layer - 1)); }
  /// (rows, units) of the gradient at a layer's output.
  View gradient(int layer) const { return gradients_[layer].slice(0, rows_); }
  /// Takes `gradient` as the gradient at a layer's output, for a pass beside another one.
  void set_gradient(int layer, View gradient) { gradients_[layer] = gradient; }

  /// Sums over the rows of this micro-batch that the whole batch adds up: the layers' first (Network::sums_size()),
  /// then those of whoever extends it.
  std::vector<double> sums;
  int next_forward = 0;    ///< the layer that a forward pass goes on with
  int next_backward = -1;  ///< the layer that a backward pass goes on with; −1 before it begins and at its end
  bool has_sums = false;   ///< that layer's sums are assigned: the pass goes on when the batch's are known

 private:
  MicroBatch(const Network& network, DType dtype, Arena& arena);
  void allocate_gradients(const GradientSources& sources);

  const Network* network_;
  DType dtype_;
  int64_t capacity_ = 0, rows_ = 0;
  PassContext context_;
  Tensor input_buffer_;
  ConstView input_;
  std::optional<ColumnPacker> packer_;  ///< where the first layer can leave out columns of zeros
  std::optional<InputRows> packed_;
  std::vector<View> outputs_, gradients_;  ///< (capacity, units) per layer
  std::vector<Tensor> memory_;             ///< that they point into
  std::unique_ptr<Arena> own_arena_;
  Arena* arena_;
};

/// codes (rows, …code) assigned the encoder's output, in PyTorch's order: an image code channels-first.
void read_codes(const MicroBatch& batch, View codes);
/// Begins a pass at the decoder with codes (rows, …code) in PyTorch's order.
void begin_with_codes(ConstView codes, const PassContext& context, MicroBatch& batch);

}  // namespace hourglass
