#include "hourglass/model/inference.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>

#include "hourglass/base/free_list.h"
#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

std::vector<uint32_t> all_rows(const Dataset& data) {
  std::vector<uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

/// Σ of `loss` over chunks, added in the order of the chunks, per element.
template <class Loss>
double mean_loss(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                 const Inference::Disturb& disturb, Loss loss) {
  std::vector<uint32_t> every;
  if (rows.empty()) {
    every = all_rows(data);
    rows = every;
  }
  std::vector<double> sums(inference.chunks(static_cast<int64_t>(rows.size())));
  inference.reconstruct(
      data, rows, [&](const Inference::Chunk& c) { sums[c.index] = loss(c); }, disturb);
  const double elements = static_cast<double>(rows.size()) * static_cast<double>(data.sample.size());
  return std::accumulate(sums.begin(), sums.end(), 0.0) / elements;
}

}  // namespace

Inference::Inference(const Autoencoder& model, int threads, int64_t chunk_rows)
    : model_(model), threads_(threads), chunk_rows_(chunk_rows) {}

const MicroBatch& Inference::Chunk::repeat(int last, const std::function<void(View)>& fill) const {
  auto& again = workspace.second_pass;
  if (!again) again.emplace(network, pass.dtype(), pass.capacity());
  fill(again->input_buffer(rows));
  again->begin(rows, rows, pass.context());
  network.forward(theta, *again, last);
  return *again;
}

void Inference::for_each_chunk(int64_t rows,
                               const std::function<void(Workspace&, int64_t, int64_t, int64_t)>& chunk) const {
  const int64_t capacity = std::min(chunk_rows_, rows);
  const auto make = [&] { return std::make_unique<Workspace>(model_, capacity); };
  auto work = [&](int64_t c) {
    const int64_t first = c * chunk_rows_;
    workspaces_.with(make, [&](Workspace& workspace) {
      if (workspace.pass.capacity() < capacity) workspace = Workspace(model_, capacity);
      chunk(workspace, c, first, std::min(chunk_rows_, rows - first));
    });
  };
  parallel_for(chunks(rows), threads_, work);
}

void Inference::run(const Dataset& data, std::span<const uint32_t> rows, Mode mode, int last, const Visit& visit,
                    const Disturb& disturb) const {
  const Network& network = model_.network();
  model_.check_fits(data);
  for_each_chunk(static_cast<int64_t>(rows.size()), [&](Workspace& w, int64_t index, int64_t first, int64_t count) {
    const auto ids = rows.subspan(first, count);
    const View clean = w.pass.input_buffer(count);
    gather(data, model_.scaler, ids, clean);
    View input = clean;
    if (disturb) {
      if (!w.disturbed.size()) w.disturbed = Tensor(clean.dtype(), {w.pass.capacity(), clean.columns()});
      input = w.disturbed.view().slice(0, count);
      copy(clean, input);
      disturb(clean, ids, input);
    }
    w.pass.begin(input, count, {.mode = mode, .sample_ids = ids});
    network.forward(model_.theta(), w.pass, last);
    visit({network, index, first, count, clean, input, w.pass, w, model_.theta()});
  });
}

void Inference::reconstruct(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit,
                            const Disturb& disturb, Mode mode) const {
  run(data, rows, mode, model_.network().layers(), visit, disturb);
}

void Inference::reconstruct(const Dataset& data, const Visit& visit, const Disturb& disturb) const {
  reconstruct(data, all_rows(data), visit, disturb);
}

Tensor Inference::encode(const Dataset& data, Mode mode) const {
  const Network& network = model_.network();
  Tensor out(model_.theta().dtype(), network.code().output().batch(data.rows()));
  const auto copy_out = [&](const Chunk& c) { read_codes(c.pass, out.view().slice(c.first, c.rows)); };
  run(data, all_rows(data), mode, network.code_end(), copy_out, nullptr);
  return out;
}

Tensor Inference::decode(ConstView codes) const {
  const Network& network = model_.network();
  const Shape code = network.code().output();
  if (codes.columns() != code.size())
    fail("codes have {} values per row, the model's code is {}", codes.columns(), code.text());
  Tensor out(model_.theta().dtype(), network.input().batch(codes.rows()));
  for_each_chunk(codes.rows(), [&](Workspace& w, int64_t, int64_t first, int64_t count) {
    begin_with_codes(codes.slice(first, count), {}, w.pass);
    network.forward(model_.theta(), w.pass, network.layers());
    copy(w.pass.output(network.layers() - 1), out.view().slice(first, count));
  });
  return out;
}

Tensor Inference::reconstruct(const Dataset& data) const {
  Tensor out(model_.theta().dtype(), model_.network().input().batch(data.rows()));
  reconstruct(data, [&](const Chunk& c) { copy(c.reconstruction(), out.view().slice(c.first, c.rows)); });
  return out;
}

double mean_bce(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                const Inference::Disturb& disturb) {
  return mean_loss(inference, data, rows, disturb, [](const Inference::Chunk& c) {
    HOURGLASS_CHECK(c.network.ends_in_sigmoid());
    return ops::bce_with_logits(c.value(c.network.layers() - 2).reshaped(c.clean.shape()), c.clean, 0.0, {}, {});
  });
}

double mean_squared_error(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                          const Inference::Disturb& disturb) {
  return mean_loss(inference, data, rows, disturb, [](const Inference::Chunk& c) {
    return ops::squared_error(c.reconstruction().reshaped(c.clean.shape()), c.clean, 0.0, {});
  });
}

}  // namespace hourglass
