#include "hourglass/objective/gaussian_kl.h"

#include <algorithm>
#include <cmath>

namespace hourglass {

GaussianKl::GaussianKl(const GaussianKlConfig& config, const Network& network)
    : config_(config), layer_(network.code_end() - 2), units_(network.code().output().size()) {
  if (!network.code().is_gaussian())
    fail(
        "[objective] gaussian_kl: needs an encoder that ends in {{ gaussian = H }}, after a layer of 2·H features; "
        "found none");
}

void GaussianKl::prepare(ConstView, const PassContext& batch) {
  const auto step = static_cast<double>(batch.step), steps = static_cast<double>(config_.warmup_steps);
  warmth_ = steps > 0 ? std::min(1.0, step / steps) : 1.0;
}

void GaussianKl::observe(ConstView, const MicroBatch& batch, std::span<double> sums) const {
  ops::gaussian_kl(batch.output(layer_), sums);
}

double GaussianKl::total(std::span<const double> sums, int64_t batch_rows) const {
  double total = 0;
  for (const double sum : sums) total += std::max(config_.free_bits, sum / static_cast<double>(batch_rows));
  return total;
}

double GaussianKl::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return config_.capacity > 0 ? std::abs(total(sums, batch_rows) - capacity()) : total(sums, batch_rows);
}

void GaussianKl::add_gradient(const MicroBatch& batch, int, std::span<const double> sums, double weight,
                              std::span<const View>, View grad) const {
  const auto rows = static_cast<double>(batch.batch_rows());
  double factor = weight / rows;
  if (config_.capacity > 0 && total(sums, batch.batch_rows()) < capacity()) factor = -factor;
  thread_local std::vector<double> factors;
  factors.assign(static_cast<size_t>(units_), factor);
  if (config_.free_bits > 0)
    for (size_t j = 0; j < factors.size(); ++j)
      if (sums[j] / rows < config_.free_bits) factors[j] = 0;
  ops::add_gaussian_kl_gradient(factors, batch.output(layer_), grad);
}

}  // namespace hourglass
