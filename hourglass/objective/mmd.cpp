#include "hourglass/objective/mmd.h"

#include "hourglass/tensor/noise.h"

namespace hourglass {

std::vector<double> imq_widths(std::span<const double> scales, int64_t units) {
  std::vector<double> widths;
  for (const double scale : scales) widths.push_back(2 * static_cast<double>(units) * scale);
  return widths;
}

double unbiased_mmd(double same, double cross, double rows, size_t kernels) {
  return (same - 2 * rows * static_cast<double>(kernels)) / (rows * (rows - 1)) - 2 * cross / (rows * rows);
}

Mmd::Mmd(const MmdConfig& config, const Network& network)
    : layer_(network.code_end() - 1),
      units_(network.code().output().size()),
      widths_(imq_widths(config.scales, units_)) {}

void Mmd::prepare(ConstView theta, const PassContext& batch) {
  if (prior_.size() < batch.batch_rows * units_) prior_ = Tensor(theta.dtype(), {batch.batch_rows, units_});
  if (batch.batch_rows > 0)
    fill_normal(Random(batch.seed, Stream::prior), batch.epoch, batch.sample_ids, 0,
                prior_.view().slice(0, batch.batch_rows));
}

ConstView Mmd::codes(const MicroBatch& batch) const {
  const View& all = batch.context().batch_codes;
  return all ? ConstView(all) : batch.output(layer_);
}

void Mmd::observe(ConstView, const MicroBatch& batch, std::span<double> sums) const {
  const ConstView all = codes(batch), draws = prior(batch.batch_rows());
  const ConstView own = batch.output(layer_), own_draws = draws.slice(batch.context().first_row, batch.rows());
  sums[0] = ops::imq_kernel(widths_, own, all, 0, {}) + ops::imq_kernel(widths_, own_draws, draws, 0, {});
  sums[1] = ops::imq_kernel(widths_, own, draws, 0, {});
}

double Mmd::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return unbiased_mmd(sums[0], sums[1], static_cast<double>(batch_rows), widths_.size());
}

void Mmd::add_gradient(const MicroBatch& batch, int, std::span<const double>, double weight, std::span<const View>,
                       View grad) const {
  const auto rows = static_cast<double>(batch.batch_rows());
  const ConstView own = batch.output(layer_);
  // A pair of codes occurs twice in the double sum.
  ops::imq_kernel(widths_, own, codes(batch), 2 * weight / (rows * (rows - 1)), grad);
  ops::imq_kernel(widths_, own, prior(batch.batch_rows()), -2 * weight / (rows * rows), grad);
}

}  // namespace hourglass
