#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/live_columns.h"

namespace hourglass {

class Network;

/// Purpose of a pass. It affects few layers: topk uses alpha·k units for encoding.
enum class Mode { training, evaluation, encoding };

/// Context of a pass, passed to forward and backward as an argument and never stored in a layer, so that one network
/// serves any number of modes and threads at the same time.
struct PassContext {
  static constexpr int64_t kLastStep = std::numeric_limits<int64_t>::max();

  Mode mode = Mode::evaluation;
  double progress = 1.0;     ///< steps done / steps of the whole run
  int64_t step = kLastStep;  ///< steps of the run before this one
  uint64_t seed = 0;         ///< key of random numbers, with epoch and sample id
  uint32_t epoch = 0;
  std::span<const uint32_t> sample_ids = {};  ///< one per row; empty: the row's number
  std::span<const double> batch_sums = {};    ///< the layer's BatchSums over the batch: forward, then backward
  int64_t batch_rows = 0;                     ///< rows of the whole batch that batch_sums cover
  int64_t first_row = 0;                      ///< number in the whole batch of the first row of this pass
  View batch_codes = {};  ///< (batch_rows, units): codes of the whole batch, to which every pass adds those of its rows

  uint32_t sample_id(int64_t row) const { return sample_ids.empty() ? static_cast<uint32_t>(row) : sample_ids[row]; }
};

/// Layers at which a backward pass receives gradients from outside. They determine which memory a micro-batch needs.
struct GradientSources {
  int top = 0;                  ///< layer at whose output the loss has its gradient
  std::vector<bool> penalized;  ///< per layer: a penalty has a gradient at its output
};

/// State and memory of a forward and backward pass over some rows of a batch. It is created once and used for every
/// step; after the first pass nothing is allocated. The result for a row does not depend on how the batch is split.
class MicroBatch {
 public:
  /// Memory that the outputs of all layers and the input take for one row.
  static int64_t bytes_of_a_row(const Network& network, DType dtype);

  /// Allocates the outputs of all layers, for up to `capacity` rows.
  MicroBatch(const Network& network, DType dtype, int64_t capacity);
  /// Also allocates the gradients of a backward pass from these sources. Layer i's output buffer is reused for its
  /// gradient if no later step reads the output: the backward pass of layer i does not, the only layer that reads it is
  /// element-wise or absent, and no penalty has a gradient there. A gradient that a deferred weight gradient reads has
  /// its own memory; all others share the buffers of Network::slot.
  MicroBatch(const Network& network, DType dtype, int64_t capacity, const GradientSources& sources);
  /// A second pass through layers [0, layers) with another `input`, for the same rows and context; its outputs are in
  /// the arena of `other`.
  MicroBatch(const MicroBatch& other, ConstView input, int layers);

  /// Begins a forward pass of `rows` rows at layer 0, whose input is in input_buffer(rows).
  void begin(int64_t rows, int64_t batch_rows, const PassContext& context);
  /// Begins a forward pass at layer 0 with an input (rows, inputs) that is not copied.
  void begin(ConstView input, int64_t batch_rows, const PassContext& context);
  /// Begins a forward pass at layer `first`, where the outputs of the layers before it are in place.
  void begin_at(int first, int64_t rows, const PassContext& context);

  /// Buffer (rows, inputs) for the input of the next pass.
  View input_buffer(int64_t rows) { return input_buffer_.view().slice(0, rows); }
  /// View of rows [first, first + count) of this object after its forward pass. This object must outlive the view,
  /// whose scratch memory comes from `arena`.
  MicroBatch slice(int64_t first, int64_t count, std::span<const uint32_t> sample_ids, Arena& arena) const;

  const Network& network() const { return *network_; }
  const PassContext& context() const { return context_; }
  DType dtype() const { return dtype_; }
  int64_t capacity() const { return capacity_; }
  int64_t rows() const { return rows_; }
  int64_t batch_rows() const { return context_.batch_rows; }
  /// Scratch memory until the next begin().
  Arena& arena() const { return *arena_; }

  /// Input (rows, inputs), corrupted if the run corrupts.
  ConstView input() const { return input_; }
  /// Output (rows, units) of a layer; layer −1 is the input.
  ConstView output(int layer) const { return layer < 0 ? input_ : ConstView(outputs_[layer].slice(0, rows_)); }
  /// The same memory as output(), writable.
  View output_buffer(int layer) { return outputs_[layer].slice(0, rows_); }
  /// Input of a layer, the output of its source; for layer 0 packed without columns of zeros if that saves work.
  InputRows input_of(int layer) const;
  /// Gradient (rows, units) at the output of a layer.
  View gradient(int layer) const { return gradients_[layer].slice(0, rows_); }
  /// Uses `gradient` as the gradient at the output of a layer, for a second pass.
  void set_gradient(int layer, View gradient) { gradients_[layer] = gradient; }

  /// Sums over the rows of this micro-batch that are added over the whole batch: first those of the layers
  /// (Network::sums_size()), then those of derived classes.
  std::vector<double> sums;
  int next_forward = 0;    ///< next layer of the forward pass
  int next_backward = -1;  ///< next layer of the backward pass; −1 before it begins and at its end
  bool has_sums = false;   ///< `sums` has the next layer's sums; the pass waits for those of the whole batch

 private:
  MicroBatch(const Network& network, DType dtype, Arena& arena);
  void allocate_gradients(const GradientSources& sources);

  const Network* network_;
  DType dtype_;
  int64_t capacity_ = 0, rows_ = 0;
  PassContext context_;
  Tensor input_buffer_;
  ConstView input_;
  std::optional<ColumnPacker> packer_;  ///< if the first layer can skip columns of zeros
  std::optional<InputRows> packed_;
  std::vector<View> outputs_, gradients_;  ///< (capacity, units) per layer
  std::vector<Tensor> memory_;             ///< owns the memory of the views
  std::unique_ptr<Arena> own_arena_;
  Arena* arena_;
};

/// Copies the output of the encoder to codes (rows, …code) in the order of PyTorch: an image code channels-first.
void read_codes(const MicroBatch& batch, View codes);
/// Begins a pass at the decoder with codes (rows, …code) in the order of PyTorch.
void begin_with_codes(ConstView codes, const PassContext& context, MicroBatch& batch);

}  // namespace hourglass
