#include "hourglass/model/inference.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "hourglass/base/interrupted.h"
#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

/// Σ of `loss` over chunks, added in the order of the chunks, per element.
double mean_loss(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                 const Inference::CorruptInput& corrupt_input, auto loss) {
  const int64_t count = rows.empty() ? data.rows() : std::ssize(rows);
  std::vector<double> sums(inference.chunks(count));
  const auto visit = [&](const Inference::Chunk& c) { sums[c.index] = loss(c); };
  if (rows.empty())
    inference.reconstruct(data, visit, corrupt_input);
  else
    inference.reconstruct(data, rows, visit, corrupt_input);
  const double elements = static_cast<double>(count) * static_cast<double>(data.sample.size());
  return std::accumulate(sums.begin(), sums.end(), 0.0) / elements;
}

}  // namespace

int64_t Inference::rows_of_a_chunk(const Network& network, DType dtype, int64_t most) {
  const int64_t bytes = MicroBatch::bytes_of_a_row(network, dtype);
  int64_t rows = std::max<int64_t>(1, most);
  while (rows > 1 && rows > kPassBytes / bytes) rows /= 2;
  return rows;
}

Inference::Inference(const Autoencoder& model, int threads, int64_t most_chunk_rows)
    : model_(model),
      threads_(threads),
      chunk_rows_(rows_of_a_chunk(model.network(), model.theta().dtype(), most_chunk_rows)) {}

Inference::Inference(const Inference& other, int64_t most_chunk_rows)
    : Inference(other.model_, other.threads_, most_chunk_rows) {
  stop_ = other.stop_;
}

int64_t Inference::whole_chunks(int64_t width, int64_t bytes) const {
  const int64_t rows = bytes / (width * size_of(model_.theta().dtype()));
  return std::max(chunk_rows_, rows / chunk_rows_ * chunk_rows_);
}

const MicroBatch& Inference::Chunk::repeat(int last, const std::function<void(View)>& fill) const {
  MicroBatch& again = second_pass();
  fill(again.input_buffer(rows));
  again.begin(rows, rows, pass.context());
  network.forward(theta, again, last);
  return again;
}

const MicroBatch& Inference::Chunk::decode(const std::function<void(View)>& fill) const {
  MicroBatch& again = second_pass();
  again.begin_at(network.code_end(), rows, pass.context());
  fill(again.output_buffer(network.code_end() - 1));
  network.forward(theta, again, network.layers());
  return again;
}

MicroBatch& Inference::Chunk::second_pass() const {
  auto& again = workspace.second_pass;
  if (!again) again.emplace(network, pass.dtype(), pass.capacity());
  return *again;
}

void Inference::throw_if_stopped() const {
  if (!stop_) return;
  const std::lock_guard lock(stop_mutex_);
  if (stop_()) throw Interrupted{};
}

void Inference::for_each_chunk(int64_t rows,
                               const std::function<void(Workspace&, int64_t, int64_t, int64_t)>& chunk) const {
  // Sums in the order of chunks hold the parts of so many chunks, each about as wide as a row.
  constexpr int64_t kFewest = 16, kMost = 256, kBytes = int64_t{1} << 26;
  const int64_t row_bytes = MicroBatch::bytes_of_a_row(model_.network(), model_.theta().dtype());
  const int64_t together = std::clamp(kBytes / row_bytes, kFewest, kMost);
  const int64_t capacity = std::min(chunk_rows_, rows);
  const auto make = [&] { return std::make_unique<Workspace>(model_, capacity); };
  int64_t begin = 0;
  auto work = [&](int64_t k) {
    throw_if_stopped();
    const int64_t c = begin + k, first = c * chunk_rows_;
    workspaces_.with(make, [&](Workspace& workspace) {
      if (workspace.pass.capacity() < capacity) workspace = Workspace(model_, capacity);
      chunk(workspace, c, first, std::min(chunk_rows_, rows - first));
    });
  };
  for (; begin < chunks(rows); begin += together)
    parallel_for(std::min(together, chunks(rows) - begin), threads_, work);
}

void Inference::run(const Dataset& data, std::optional<std::span<const uint32_t>> rows, Mode mode, int last,
                    const Visit& visit, const CorruptInput& corrupt_input) const {
  const Network& network = model_.network();
  model_.check_fits(data);
  const int64_t all = rows ? std::ssize(*rows) : data.rows();
  for_each_chunk(all, [&](Workspace& w, int64_t index, int64_t first, int64_t count) {
    if (!rows) std::iota(w.ids.begin(), w.ids.end(), static_cast<uint32_t>(first));
    const auto ids = rows ? rows->subspan(first, count) : std::span(std::as_const(w.ids)).first(count);
    const View clean = w.pass.input_buffer(count);
    gather(data, model_.scaler, ids, clean);
    View input = clean;
    if (corrupt_input) {
      if (!w.corrupted.size()) w.corrupted = Tensor(clean.dtype(), {w.pass.capacity(), clean.columns()});
      input = w.corrupted.view().slice(0, count);
      copy(clean, input);
      corrupt_input(clean, ids, input);
    }
    w.pass.begin(input, count, {.mode = mode, .sample_ids = ids});
    network.forward(model_.theta(), w.pass, last);
    visit({network, index, first, count, clean, input, w.pass, w, model_.theta()});
  });
}

void Inference::reconstruct(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit,
                            const CorruptInput& corrupt_input, Mode mode) const {
  run(data, rows, mode, model_.network().layers(), visit, corrupt_input);
}

void Inference::reconstruct(const Dataset& data, const Visit& visit, const CorruptInput& corrupt_input) const {
  run(data, std::nullopt, Mode::evaluation, model_.network().layers(), visit, corrupt_input);
}

Tensor Inference::encode(const Dataset& data, Mode mode) const {
  Tensor codes(model_.theta().dtype(), model_.network().code().output().batch(data.rows()));
  encode(data, codes, mode);
  return codes;
}

void Inference::encode(const Dataset& data, View codes, Mode mode) const {
  const auto copy_out = [&](const Chunk& c) { read_codes(c.pass, codes.slice(c.first, c.rows)); };
  run(data, std::nullopt, mode, model_.network().code_end(), copy_out, nullptr);
}

void Inference::encode(const Dataset& data, std::span<const uint32_t> rows, View codes) const {
  const auto copy_out = [&](const Chunk& c) { read_codes(c.pass, codes.slice(c.first, c.rows)); };
  run(data, rows, Mode::encoding, model_.network().code_end(), copy_out, nullptr);
}

void Inference::encode(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit, Mode mode) const {
  run(data, rows, mode, model_.network().code_end(), visit, nullptr);
}

Tensor Inference::decode(ConstView codes) const {
  Tensor out(model_.theta().dtype(), model_.network().input().batch(codes.rows()));
  decode(codes, out);
  return out;
}

void Inference::decode(ConstView codes, View out) const {
  const Network& network = model_.network();
  const Shape code = network.code().output();
  if (codes.columns() != code.size())
    fail("codes have {} values per row, the model's code is {}", codes.columns(), code.text());
  for_each_chunk(codes.rows(), [&](Workspace& w, int64_t, int64_t first, int64_t count) {
    begin_with_codes(codes.slice(first, count), {}, w.pass);
    network.forward(model_.theta(), w.pass, network.layers());
    copy(w.pass.output(network.layers() - 1), out.slice(first, count));
  });
}

Tensor Inference::reconstruct(const Dataset& data) const {
  Tensor out(model_.theta().dtype(), model_.network().input().batch(data.rows()));
  reconstruct(data, out);
  return out;
}

void Inference::reconstruct(const Dataset& data, View out) const {
  reconstruct(data, [&](const Chunk& c) { copy(c.reconstruction(), out.slice(c.first, c.rows)); });
}

void Inference::reconstruct(const Dataset& data, std::span<const uint32_t> rows, View out) const {
  reconstruct(data, rows, [&](const Chunk& c) { copy(c.reconstruction(), out.slice(c.first, c.rows)); });
}

double mean_bce(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                const Inference::CorruptInput& corrupt_input) {
  return mean_loss(inference, data, rows, corrupt_input, [](const Inference::Chunk& c) {
    HOURGLASS_CHECK(c.network.ends_in_sigmoid());
    return ops::bce_with_logits(c.value(c.network.layers() - 2).reshaped(c.clean.shape()), c.clean, 0.0, {}, {});
  });
}

double mean_squared_error(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                          const Inference::CorruptInput& corrupt_input) {
  return mean_loss(inference, data, rows, corrupt_input, [](const Inference::Chunk& c) {
    return ops::squared_error(c.reconstruction().reshaped(c.clean.shape()), c.clean, 0.0, {});
  });
}

}  // namespace hourglass
