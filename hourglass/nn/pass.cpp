#include "hourglass/nn/pass.h"

#include <algorithm>

#include "hourglass/nn/network.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

bool reuses_output(const Network& network, const GradientSources& sources, int layer) {
  const int last = network.layers() - 1;
  const auto consumers = network.consumers(layer);
  const bool readers_allow =
      layer == last ||
      (consumers.size() == 1 && network.layer(consumers[0]).backward_may_overwrite_input() && !sources.penalized[last]);
  return readers_allow && !network.layer(layer).backward_reads_output() && !sources.penalized[layer];
}

}  // namespace

int64_t MicroBatch::bytes_of_a_row(const Network& network, DType dtype) {
  int64_t values = network.input().size();
  for (int i = 0; i < network.layers(); ++i) values += network.layer(i).output().size();
  return values * size_of(dtype);
}

MicroBatch::MicroBatch(const Network& network, DType dtype, Arena& arena)
    : network_(&network), dtype_(dtype), arena_(&arena) {}

MicroBatch::MicroBatch(const Network& network, DType dtype, int64_t capacity)
    : network_(&network),
      dtype_(dtype),
      capacity_(capacity),
      input_buffer_(dtype, {capacity, network.input().size()}),
      own_arena_(std::make_unique<Arena>()),
      arena_(own_arena_.get()) {
  sums.resize(static_cast<size_t>(network.sums_size()));
  if (network.layer(0).skips_zero_columns()) packer_.emplace(dtype, capacity, network.input().size());
  for (int i = 0; i < network.layers(); ++i)
    outputs_.push_back(memory_.emplace_back(dtype, Shape{capacity, network.layer(i).output().size()}));
}

MicroBatch::MicroBatch(const Network& network, DType dtype, int64_t capacity, const GradientSources& sources)
    : MicroBatch(network, dtype, capacity) {
  allocate_gradients(sources);
}

MicroBatch::MicroBatch(const MicroBatch& other, ConstView input, int layers)
    : MicroBatch(other.network(), other.dtype(), other.arena()) {
  capacity_ = rows_ = other.rows_;
  context_ = other.context_;
  input_ = input;
  for (int i = 0; i < layers; ++i) outputs_.push_back(arena_->take(dtype_, other.output(i).shape()));
  gradients_.resize(layers);
}

void MicroBatch::allocate_gradients(const GradientSources& sources) {
  const Network& network = *network_;
  std::vector<int64_t> widest(network.slots());
  for (int i = 0; i < network.layers(); ++i)
    if ((i <= sources.top || sources.penalized[i]) && !reuses_output(network, sources, i) &&
        !network.layer(i).defers_weight_gradient())
      widest[network.slot(i)] = std::max(widest[network.slot(i)], network.layer(i).output().size());
  std::vector<View> shared;
  for (const int64_t width : widest) shared.push_back(memory_.emplace_back(dtype_, Shape{capacity_, width}));
  for (int i = 0; i < network.layers(); ++i) {
    const Shape shape{capacity_, network.layer(i).output().size()};
    if (reuses_output(network, sources, i))
      gradients_.push_back(outputs_[i]);
    else if (network.layer(i).defers_weight_gradient())
      gradients_.push_back(memory_.emplace_back(dtype_, shape));
    else
      gradients_.push_back(shared[network.slot(i)].part(0, shape));
  }
}

InputRows MicroBatch::input_of(int layer) const {
  return layer == 0 && packed_ ? *packed_ : InputRows(output(network_->source(layer)));
}

void MicroBatch::begin(int64_t rows, int64_t batch_rows, const PassContext& context) {
  begin(input_buffer(rows), batch_rows, context);
}

void MicroBatch::begin(ConstView input, int64_t batch_rows, const PassContext& context) {
  begin_at(0, input.rows(), context);
  context_.batch_rows = batch_rows;
  input_ = input;
  if (packer_) packed_ = (*packer_)(input);
}

void MicroBatch::begin_at(int first, int64_t rows, const PassContext& context) {
  HOURGLASS_CHECK(rows <= capacity_);
  rows_ = rows;
  context_ = context;
  arena_->reset();
  next_forward = first;
  next_backward = -1;
  has_sums = false;
}

MicroBatch MicroBatch::slice(int64_t first, int64_t count, std::span<const uint32_t> sample_ids, Arena& arena) const {
  MicroBatch part(*network_, dtype_, arena);
  part.capacity_ = part.rows_ = count;
  part.context_ = context_;
  part.context_.sample_ids = sample_ids;
  part.context_.batch_rows = count;
  part.input_ = input_.slice(first, count);
  for (const View& output : outputs_) part.outputs_.push_back(output.slice(first, count));
  return part;
}

void read_codes(const MicroBatch& batch, View codes) {
  const Network& network = batch.network();
  const Shape& code = network.code().output();
  const ConstView output = batch.output(network.code_end() - 1);
  if (is_layered(code))
    ops::swap_axes(output, positions(code), code[0], codes);
  else
    copy(output, codes);
}

void begin_with_codes(ConstView codes, const PassContext& context, MicroBatch& batch) {
  const Network& network = batch.network();
  const Shape& code = network.code().output();
  batch.begin_at(network.code_end(), codes.rows(), context);
  const View input = batch.output_buffer(network.code_end() - 1);
  if (is_layered(code))
    ops::swap_axes(codes.reshaped(code.batch(codes.rows())), code[0], positions(code), input);
  else
    copy(codes, input);
}

}  // namespace hourglass
