#include "hourglass/objective/contractive_rows.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kTileElements = 1 << 18;  // of the widest row buffer: 1 MB
constexpr int64_t kTallest = 1024;          // rows

View take_zeros(Arena& arena, DType dtype, Shape shape) {
  const View v = arena.take(dtype, shape);
  clear(v);
  return v;
}

/// The dense layer on the input itself, unless its Gram matrix would be wider than the input pays for.
int gram_layer(const Network& network) {
  for (int i = 0; i < network.code_end(); ++i) {
    const Parameter* weight = network.layer(i).weight();
    if (!weight) continue;
    const bool first = weight->name == "encoder.0.weight" && weight->shape.rank() == 2;
    return first && weight->shape[0] <= 2 * weight->shape[1] ? i : -1;
  }
  return -1;
}

/// A row of ±1, 128 a draw, keyed by the sample and the probe.
template <class T>
void fill_signs(const Random& random, uint32_t epoch, uint64_t sample, int64_t probe, T* row, int64_t units) {
  constexpr int64_t kDraw = 128;
  const int64_t draws = (units + kDraw - 1) / kDraw;
  for (int64_t d = 0; d < draws; ++d) {
    const auto words = random.words(epoch, sample, static_cast<uint32_t>(probe * draws + d));
    for (int64_t j = d * kDraw; j < std::min(units, (d + 1) * kDraw); ++j)
      row[j] = (words[j % kDraw / 32] >> (j % 32)) & 1 ? T{1} : T{-1};
  }
}

}  // namespace

/// One lane's way down and up. Layer i's output carries `down[i]`, rows (samples·probes, units); index −1, the input,
/// is stored last.
struct ContractiveRows::Sweep {
  const PassView& pass;
  double scale = 0;                ///< of the gradient: 2·weight/(batch·probes when random)
  View grad_theta = {};            ///< empty: the value only
  std::vector<View> first = {};    ///< s' per activation layer, (lane rows, units)
  std::vector<View> second = {};   ///< s''
  std::vector<View> buffers = {};  ///< per layer, for the tallest tile; the input's last
  View up[2] = {};                 ///< going up
  View gram_gradient = {};         ///< Σ bᵀb
  // The tile at work: samples [sample, sample + samples), probes [probe, probe + probes) of each.
  int64_t sample = 0, samples = 0, probe = 0, probes = 0;

  bool with_gradient() const { return static_cast<bool>(grad_theta); }
  int64_t rows() const { return samples * probes; }
  View at(int layer) const {
    const View& b = layer < 0 ? buffers.back() : buffers[layer];
    return b.slice(0, rows());
  }
  View going_up(int which, int layer) const {
    return View(up[which].bytes(), up[which].dtype(), {rows(), pass.network.layer(layer).output().size()});
  }
  View of_samples(View per_sample) const { return per_sample.slice(sample, samples); }
  ConstView input_of(int layer) const { return pass.value(layer - 1).slice(sample, samples); }
};

ContractiveRows::ContractiveRows(const Network& network, int64_t probes, uint64_t seed)
    : network_(network),
      end_(network.code_end()),
      gram_layer_(gram_layer(network)),
      probes_(probes > 0 ? probes : network.code().output().size()),
      exact_(probes == 0),
      random_(seed, Stream::probes) {
  if (uses_gram()) {
    const int64_t units = network.layer(gram_layer_).output().size();
    gram_ = Tensor(DType::f32, {units, units});
  }
}

double ContractiveRows::cost() const {
  double plain = 0, row = 0;
  for (int i = 0; i < network_.layers(); ++i)
    if (const LinearLayer* layer = network_.layer(i).linear()) {
      plain += 3.0 * static_cast<double>(layer->products());
      if (i > gram_layer_ && i < end_) row += 3.0 * static_cast<double>(layer->products());
    }
  if (uses_gram()) {  // bG and Σ bᵀb
    const auto units = static_cast<double>(gram_.rows());
    row += 2 * units * units;
  }
  return row * static_cast<double>(probes_) / plain;
}

bool ContractiveRows::watches(int layer) const {
  return layer >= 0 && layer + 1 < end_ && network_.layer(layer + 1).activation();
}

void ContractiveRows::prepare(ConstView theta) {
  if (!uses_gram()) return;
  if (gram_.dtype() != theta.dtype()) gram_ = Tensor(theta.dtype(), gram_.shape());
  const ConstView w = network_.layer(gram_layer_).weight()->in(theta);
  ops::matmul(w, ops::Transpose::no, w, ops::Transpose::yes, gram_);
}

void ContractiveRows::observe(const PassView& pass, std::span<double> sums) const {
  Sweep s{.pass = pass};
  sweep(s, sums);
}

void ContractiveRows::differentiate(const PassView& pass, double weight, std::span<double> sums,
                                    View grad_theta) const {
  const double divisor = static_cast<double>(pass.batch_rows) * (exact_ ? 1.0 : static_cast<double>(probes_));
  Sweep s{.pass = pass, .scale = 2 * weight / divisor, .grad_theta = grad_theta};
  for (int i = 0; i < end_; ++i)
    if (watches(i)) pass.notes[i] = take_zeros(pass.arena, pass.theta.dtype(), pass.value(i).shape());
  if (uses_gram()) s.gram_gradient = take_zeros(pass.arena, pass.theta.dtype(), gram_.shape());
  sweep(s, sums);
  if (!uses_gram()) return;
  ops::scale(s.scale, s.gram_gradient);
  const Parameter& weight_of_first = *network_.layer(gram_layer_).weight();
  ops::matmul(s.gram_gradient, ops::Transpose::no, weight_of_first.in(pass.theta), ops::Transpose::no,
              weight_of_first.in(grad_theta), ops::Write::accumulate);
}

void ContractiveRows::sweep(Sweep& s, std::span<double> sums) const {
  int64_t widest = uses_gram() ? 1 : network_.input().size();
  for (int i = std::max(gram_layer_, 0); i < end_; ++i) widest = std::max(widest, network_.layer(i).output().size());
  const int64_t tallest = std::clamp<int64_t>(kTileElements / widest, 16, kTallest);
  const int64_t probes = std::min(probes_, tallest), samples = std::clamp<int64_t>(tallest / probes, 1, s.pass.rows);
  make_room(s, samples * probes, widest);
  sums[0] = 0;
  for (s.sample = 0; s.sample < s.pass.rows; s.sample += samples)
    for (s.probe = 0; s.probe < probes_; s.probe += probes) {
      s.samples = std::min(samples, s.pass.rows - s.sample);
      s.probes = std::min(probes, probes_ - s.probe);
      start(s, s.at(end_ - 1));
      down(s);
      sums[0] += close(s);
      if (s.with_gradient()) up(s);
    }
}

/// Buffers for the tallest tile, and the derivatives of all the lane's activations.
void ContractiveRows::make_room(Sweep& s, int64_t rows, int64_t widest) const {
  const PassView& pass = s.pass;
  const DType dtype = pass.theta.dtype();
  s.first.resize(end_);
  s.second.resize(end_);
  s.buffers.resize(end_ + 1);
  for (int i = std::max(gram_layer_, 0); i < end_; ++i) {
    s.buffers[i] = pass.arena.take(dtype, {rows, network_.layer(i).output().size()});
    const Activation* activation = network_.layer(i).activation();
    if (!activation) continue;
    s.first[i] = pass.arena.take(dtype, pass.value(i).shape());
    if (s.with_gradient()) s.second[i] = pass.arena.take(dtype, pass.value(i).shape());
    ops::activation_derivatives(*activation, pass.value(i - 1), pass.value(i), s.first[i], s.second[i]);
  }
  if (!uses_gram()) s.buffers.back() = pass.arena.take(dtype, {rows, network_.input().size()});
  for (View& v : s.up) v = pass.arena.take(dtype, {rows, widest});
}

/// The tile's Σ ‖q‖². With a Gram matrix, bG stays where `up` starts from.
double ContractiveRows::close(const Sweep& s) const {
  if (!uses_gram()) return ops::sum_of_squares(s.at(-1));
  const View b = s.at(gram_layer_), bg = s.going_up(0, gram_layer_);
  ops::matmul(b, ops::Transpose::no, gram_, ops::Transpose::no, bg);
  return ops::dot(b, bg);
}

void ContractiveRows::start(const Sweep& s, View v) const {
  const auto fill = [&](auto* row) {
    using T = std::remove_pointer_t<decltype(row)>;
    const int64_t units = v.columns();
    for (int64_t n = s.sample; n < s.sample + s.samples; ++n)
      for (int64_t k = s.probe; k < s.probe + s.probes; ++k, row += units) {
        if (exact_) {
          std::fill_n(row, units, T{0});
          row[k] = T{1};
        } else {
          const uint64_t sample = s.pass.samples.empty() ? static_cast<uint64_t>(n) : s.pass.samples[n];
          fill_signs(random_, s.pass.epoch, sample, k, row, units);
        }
      }
  };
  v.dtype() == DType::f32 ? fill(v.as<float>()) : fill(v.as<double>());
}

void ContractiveRows::down(Sweep& s) const {
  for (int i = end_ - 1; i > std::max(gram_layer_, -1); --i) {
    if (network_.layer(i).activation())
      ops::scale_rows_by_sample(s.of_samples(s.first[i]), s.at(i), s.at(i - 1));
    else
      network_.layer(i).linear()->apply_transposed(s.pass.theta, s.input_of(i), s.at(i), s.at(i - 1));
  }
}

void ContractiveRows::up(Sweep& s) const {
  View rising;
  int next = 0, i = 0;
  if (uses_gram()) {
    const View b = s.at(gram_layer_);
    ops::matmul(b, ops::Transpose::yes, b, ops::Transpose::no, s.gram_gradient, ops::Write::accumulate);
    rising = s.going_up(0, gram_layer_);
    next = 1;
    i = gram_layer_ + 1;
  } else {
    rising = s.at(-1);
  }
  ops::scale(s.scale, rising);
  for (; i < end_; ++i) {
    const View above = s.going_up(next, i);
    if (network_.layer(i).activation()) {
      if (i > 0)
        ops::add_products_by_sample(s.of_samples(s.second[i]), s.at(i), rising, s.of_samples(s.pass.notes[i - 1]));
      ops::scale_rows_by_sample(s.of_samples(s.first[i]), rising, above);
    } else {
      const LinearLayer& layer = *network_.layer(i).linear();
      layer.accumulate(s.at(i), rising, s.grad_theta);
      if (i + 1 < end_) layer.apply(s.pass.theta, s.input_of(i), rising, above);
    }
    rising = above;
    next = 1 - next;
  }
}

double ContractiveRows::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return sums[0] / static_cast<double>(batch_rows) / (exact_ ? 1.0 : static_cast<double>(probes_));
}

void ContractiveRows::add_gradient(const PassView& pass, int layer, std::span<const double>, double, View grad) const {
  ops::add_scaled(1.0, pass.notes[layer], grad);
}

}  // namespace hourglass
