#include "hourglass/eval/variational.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "hourglass/base/parallel.h"
#include "hourglass/objective/mmd.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/noise.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// The input of the gaussian layer: μ and ln σ² side by side.
ConstView parameters_of(const Inference::Chunk& chunk) { return chunk.value(chunk.network.code_end() - 2); }

void draw_noise(std::span<const uint32_t> keys, uint32_t draw, View noise) {
  fill_normal(Random(/*seed=*/0, Stream::code), /*epoch=*/0, keys, draw, noise);
}

/// ln p(x|z) of every row, from the outputs of the decoder.
void log_likelihoods(const Inference::Chunk& chunk, const MicroBatch& decoded, std::span<double> result) {
  const int last = chunk.network.layers() - 1;
  const bool is_bernoulli = chunk.network.ends_in_sigmoid();
  const ConstView output = decoded.output(is_bernoulli ? last - 1 : last).reshaped(chunk.clean.shape());
  const double constant = 0.5 * std::log(2 * std::numbers::pi) * static_cast<double>(chunk.clean.columns());
  for (int64_t i = 0; i < chunk.rows; ++i) {
    const ConstView x = chunk.clean.slice(i, 1), r = output.slice(i, 1);
    result[i] =
        is_bernoulli ? -ops::bce_with_logits(r, x, 0, {}, {}) : -0.5 * ops::squared_error(r, x, 0, {}) - constant;
  }
}

/// ln p(z) − ln q(z|x) of one row for z = μ + σε: ½ Σ_j (ε_j² + ln σ_j² − z_j²).
double log_ratio(auto parameters, auto noise, auto code) {
  double sum = 0;
  for (size_t j = 0; j < code.size(); ++j) {
    const double e = noise[j], z = code[j], log_variance = parameters[code.size() + j];
    sum += e * e + log_variance - z * z;
  }
  return sum / 2;
}

/// Draws of a chunk's codes and what they are worth.
class Draws {
 public:
  explicit Draws(const Inference::Chunk& chunk)
      : chunk_(chunk),
        keys_(row_keys(chunk.clean)),
        noise_(chunk.clean.dtype(), chunk.code().shape()),
        codes_(chunk.clean.dtype(), chunk.code().shape()),
        log_likelihoods_(static_cast<size_t>(chunk.rows)) {}

  /// Draws the codes number `draw` and decodes them.
  void decode(uint32_t draw) {
    draw_noise(keys_, draw, noise_);
    ops::gaussian_sample(parameters_of(chunk_), noise_, codes_);
    const MicroBatch& decoded = chunk_.decode([&](View codes) { copy(codes_, codes); });
    hourglass::log_likelihoods(chunk_, decoded, log_likelihoods_);
  }
  /// ln p(x|z) of every row.
  std::span<const double> log_likelihoods() const { return log_likelihoods_; }
  /// ln p(x|z) p(z) / q(z|x) of a row.
  double log_weight(int64_t row) const {
    const int64_t units = codes_.shape()[1];
    const auto part = [&](ConstView all, int64_t width) { return all.part(row * width, {width}); };
    double ratio = 0;
    visit_floats(part(parameters_of(chunk_), 2 * units), [&](auto parameters) {
      using T = std::remove_const_t<typename decltype(parameters)::value_type>;
      const auto noise = to_host(part(noise_, units)), code = to_host(part(codes_, units));
      ratio = log_ratio(parameters, noise.template as<T>(), code.template as<T>());
    });
    return log_likelihoods_[row] + ratio;
  }

 private:
  const Inference::Chunk& chunk_;
  std::vector<uint32_t> keys_;
  Tensor noise_, codes_;
  std::vector<double> log_likelihoods_;
};

/// ln Σ exp(terms), one term at a time.
struct LogSum {
  double largest = -std::numeric_limits<double>::infinity(), scaled = 0;  ///< Σ exp(term − largest)

  void add(double term) {
    if (term > largest) {
      scaled = scaled * std::exp(largest - term) + 1;
      largest = term;
    } else {
      scaled += std::exp(term - largest);
    }
  }
  double value() const { return largest + std::log(scaled); }
};

double sum_of_kl(ConstView parameters) {
  std::vector<double> sums(static_cast<size_t>(parameters.columns() / 2));
  ops::gaussian_kl(parameters, sums);
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

/// The codes of all rows, one draw of each where the code is gaussian.
Tensor drawn_codes(const MeasuredRows& rows) {
  Tensor codes(rows.model.theta().dtype(), {rows.data.rows(), rows.network().code().output().size()});
  rows.collect<RowSums>("mmd", [&](const Inference::Chunk& chunk) {
    const View own = codes.view().slice(chunk.first, chunk.rows);
    if (!chunk.network.code().is_gaussian()) return copy(chunk.code(), own), RowSums();
    Tensor noise(own.dtype(), own.shape());
    draw_noise(row_keys(chunk.clean), 0, noise);
    ops::gaussian_sample(parameters_of(chunk), noise, own);
    return RowSums();
  });
  return codes;
}

}  // namespace

Posterior posterior(const MeasuredRows& rows) {
  const auto units = static_cast<size_t>(rows.network().code().output().size());
  const RowSums sums = rows.collect<RowSums>("posterior", [&](const Inference::Chunk& chunk) {
    RowSums s{std::vector<double>(3 * units)};  // of the divergence, μ and μ²
    const auto part = [&](size_t k) { return std::span(s.values).subspan(k * units, units); };
    ops::gaussian_kl(parameters_of(chunk), part(0));
    ops::column_sums(chunk.code(), part(1));
    ops::column_sums_of_squares(chunk.code(), part(2));
    return s;
  });
  const auto count = static_cast<double>(rows.data.rows());
  Posterior p;
  for (size_t j = 0; j < units; ++j) {
    const double mean = sums.values[units + j] / count;
    p.kl.push_back(sums.values[j] / count);
    p.variance.push_back(std::max(0.0, sums.values[2 * units + j] / count - mean * mean));
  }
  return p;
}

double evidence_lower_bound(const MeasuredRows& rows) {
  const RowSums sums = rows.collect<RowSums>("elbo", [](const Inference::Chunk& chunk) {
    Draws draws(chunk);
    draws.decode(0);
    double total = -sum_of_kl(parameters_of(chunk));
    for (const double value : draws.log_likelihoods()) total += value;
    return RowSums{{total}};
  });
  return sums.values[0] / static_cast<double>(rows.data.rows());
}

double importance_log_likelihood(const MeasuredRows& rows, int64_t samples) {
  const RowSums sums = rows.collect<RowSums>("log likelihood", [&](const Inference::Chunk& chunk) {
    Draws draws(chunk);
    std::vector<LogSum> weights(static_cast<size_t>(chunk.rows));
    for (int64_t k = 0; k < samples; ++k) {
      draws.decode(static_cast<uint32_t>(k));
      for (int64_t i = 0; i < chunk.rows; ++i) weights[i].add(draws.log_weight(i));
    }
    double total = 0;
    for (const LogSum& row : weights) total += row.value();
    return RowSums{{total}};
  });
  return sums.values[0] / static_cast<double>(rows.data.rows()) - std::log(static_cast<double>(samples));
}

double prior_mmd(const MeasuredRows& rows, int threads) {
  constexpr int64_t kBlock = 64;
  const Tensor codes = drawn_codes(rows);
  const int64_t count = codes.shape()[0];
  Tensor prior(codes.dtype(), codes.shape());
  fill_normal(Random(/*seed=*/0, Stream::prior), 0, {}, 0, prior);
  const auto widths = imq_widths(MmdConfig().scales, codes.shape()[1]);
  const int64_t blocks = (count + kBlock - 1) / kBlock;
  std::vector<double> same(static_cast<size_t>(blocks)), cross(same.size());
  ProgressCounter counter(rows.progress, "mmd", blocks);
  auto add = [&](int64_t b) {
    const int64_t first = b * kBlock, size = std::min(kBlock, count - first);
    const ConstView some = codes.view().slice(first, size), draws = prior.view().slice(first, size);
    same[b] = ops::imq_kernel(widths, some, codes, 0, {}) + ops::imq_kernel(widths, draws, prior, 0, {});
    cross[b] = ops::imq_kernel(widths, some, prior, 0, {});
    counter.advance();
  };
  parallel_for(blocks, threads, add);
  double all_same = 0, all_cross = 0;
  for (int64_t b = 0; b < blocks; ++b) all_same += same[b], all_cross += cross[b];
  return unbiased_mmd(all_same, all_cross, static_cast<double>(count), widths.size());
}

}  // namespace hourglass
