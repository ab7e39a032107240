#include "hourglass/objective/jacobian/jacobian_rows.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kTileElements = 1 << 18;  // of the widest row buffer: 1 MB
constexpr int64_t kTallest = 1024;          // rows

constexpr double kLaneRows = 64;  // samples that share a lane's part of the Gram matrix's work

/// Multiplications per sample that the Gram matrix of a first layer (units, inputs) takes: bG and Σ bᵀb for every row,
/// and its share of W Wᵀ and of the way back to W.
double gram_products(double units, double inputs, double rows) {
  return 2 * rows * units * units + 2 * units * units * inputs / kLaneRows;
}

/// The dense layer on the input itself if its Gram matrix takes less than going through it with every row.
int gram_layer(const Network& network, int64_t rows) {
  const int dense = first_dense(network);
  if (dense < 0) return -1;
  const Shape& weight = network.layer(dense).weight()->shape;
  const auto units = static_cast<double>(weight[0]), inputs = static_cast<double>(weight[1]);
  const auto r = static_cast<double>(rows);
  return gram_products(units, inputs, r) < 3 * r * units * inputs ? dense : -1;
}

/// A row of ±scale, 128 a draw, keyed by the sample and the probe.
template <class T>
void fill_signs(const Random& random, uint32_t epoch, uint64_t sample, int64_t probe, T scale, T* row, int64_t units) {
  constexpr int64_t kDraw = 128;
  const int64_t draws = (units + kDraw - 1) / kDraw;
  for (int64_t d = 0; d < draws; ++d) {
    const auto words = random.words(epoch, sample, static_cast<uint32_t>(probe * draws + d));
    for (int64_t j = d * kDraw; j < std::min(units, (d + 1) * kDraw); ++j)
      row[j] = (words[j % kDraw / 32] >> (j % 32)) & 1 ? scale : -scale;
  }
}

}  // namespace

/// What one point's rows leave on their way down, for the way up. Layer i's output carries row[i], (samples·probes,
/// units); index −1, the input, is stored last.
struct JacobianRows::Trail {
  const JacobianPoint& point;
  std::vector<View> first = {};   ///< s' per activation layer, (lane rows, units)
  std::vector<View> second = {};  ///< s''
  std::vector<View> row = {};     ///< per layer, for the tallest tile
};

/// One lane's way down and up, tile by tile.
struct JacobianRows::Sweep {
  std::vector<Trail> trails = {};
  uint32_t draw = 0;
  double scale = 0;         ///< of the gradient, 2·scale asked for
  View grad_theta = {};     ///< empty: the value only
  View rising = {};         ///< q̄ where the trails meet, for the tallest tile
  View up[2] = {};          ///< going up
  View gram_gradient = {};  ///< Σ bᵀb
  // The tile at work: samples [sample, sample + samples), probes [probe, probe + probes) of each.
  int64_t sample = 0, samples = 0, probe = 0, probes = 0;

  const PassView& pass() const { return trails[0].point.pass; }
  bool with_gradient() const { return static_cast<bool>(grad_theta); }
  int64_t rows() const { return samples * probes; }
  View at(const Trail& trail, int layer) const {
    return (layer < 0 ? trail.row.back() : trail.row[layer]).slice(0, rows());
  }
  View going_up(int which, int layer) const {
    return View(up[which].bytes(), up[which].dtype(), {rows(), pass().network.layer(layer).output().size()});
  }
  View of_samples(View per_sample) const { return per_sample.slice(sample, samples); }
  ConstView input_of(const Trail& trail, int layer) const {
    return trail.point.pass.value(layer - 1).slice(sample, samples);
  }
};

JacobianRows::JacobianRows(const Network& network, int64_t probes, const Random& random)
    : network_(network),
      end_(network.code_end()),
      probes_(probes > 0 ? probes : network.code().output().size()),
      gram_layer_(gram_layer(network, probes_)),
      exact_(probes == 0),
      random_(random) {
  if (uses_gram()) {
    const int64_t units = network.layer(gram_layer_).output().size();
    gram_ = Tensor(DType::f32, {units, units});
  }
}

std::string JacobianRows::route() const {
  return fmt::format("{} {}{} per sample{}", probes_, exact_ ? "unit row" : "random probe", probes_ == 1 ? "" : "s",
                     uses_gram() ? ", closed by the first layer's Gram matrix" : "");
}

double JacobianRows::cost() const {
  const auto rows = static_cast<double>(probes_);
  double products = 0;
  for (int i = bottom() + 1; i < end_; ++i)
    if (const LinearLayer* layer = network_.layer(i).linear())
      products += 3 * rows * static_cast<double>(layer->products());
  if (uses_gram())
    products += gram_products(static_cast<double>(gram_.rows()), static_cast<double>(network_.input().size()), rows);
  return products / plain_step_products(network_);
}

bool JacobianRows::watches(int layer) const {
  return layer >= 0 && layer + 1 < end_ && network_.layer(layer + 1).activation();
}

void JacobianRows::prepare(ConstView theta) {
  if (!uses_gram()) return;
  if (gram_.dtype() != theta.dtype()) gram_ = Tensor(theta.dtype(), gram_.shape());
  const ConstView w = network_.layer(gram_layer_).weight()->in(theta);
  ops::matmul(w, ops::Transpose::no, w, ops::Transpose::yes, gram_);
}

void JacobianRows::measure(std::span<const JacobianPoint> points, uint32_t draw, std::span<double> sums, double scale,
                           View grad_theta) const {
  const double of_probes = exact_ ? 1.0 : 1.0 / static_cast<double>(probes_);
  Sweep s{.draw = draw, .scale = 2 * scale * of_probes, .grad_theta = grad_theta};
  for (const JacobianPoint& p : points) s.trails.push_back({p});
  const PassView& pass = s.pass();
  if (uses_gram() && s.with_gradient()) {
    s.gram_gradient = pass.arena.take(pass.theta.dtype(), gram_.shape());
    clear(s.gram_gradient);
  }
  sums[0] += sweep(s) * of_probes;
  if (!s.gram_gradient) return;
  ops::scale(s.scale, s.gram_gradient);
  const Parameter& first_weight = *network_.layer(gram_layer_).weight();
  ops::matmul(s.gram_gradient, ops::Transpose::no, first_weight.in(pass.theta), ops::Transpose::no,
              first_weight.in(grad_theta), ops::Write::accumulate);
}

/// Σ ‖q‖² over the lane's rows and probes.
double JacobianRows::sweep(Sweep& s) const {
  int64_t widest = uses_gram() ? 1 : network_.input().size();
  for (int i = std::max(gram_layer_, 0); i < end_; ++i) widest = std::max(widest, network_.layer(i).output().size());
  const int64_t lane_rows = s.pass().rows, tallest = std::clamp<int64_t>(kTileElements / widest, 16, kTallest);
  const int64_t probes = std::min(probes_, tallest), samples = std::clamp<int64_t>(tallest / probes, 1, lane_rows);
  make_room(s, samples * probes, widest);
  double total = 0;
  for (s.sample = 0; s.sample < lane_rows; s.sample += samples)
    for (s.probe = 0; s.probe < probes_; s.probe += probes) {
      s.samples = std::min(samples, lane_rows - s.sample);
      s.probes = std::min(probes, probes_ - s.probe);
      for (const Trail& trail : s.trails) {
        start(s, trail);
        down(s, trail);
      }
      total += close(s);
      if (!s.with_gradient()) continue;
      for (const Trail& trail : s.trails) up(s, trail);
    }
  return total;
}

/// Buffers for the tallest tile, and the derivatives of all activations at every point.
void JacobianRows::make_room(Sweep& s, int64_t rows, int64_t widest) const {
  Arena& arena = s.pass().arena;
  const DType dtype = s.pass().theta.dtype();
  for (Trail& t : s.trails) {
    const PassView& pass = t.point.pass;
    t.first.resize(end_);
    t.second.resize(end_);
    t.row.resize(end_ + 1);
    for (int i = std::max(gram_layer_, 0); i < end_; ++i) {
      t.row[i] = arena.take(dtype, {rows, network_.layer(i).output().size()});
      const Activation* activation = network_.layer(i).activation();
      if (!activation) continue;
      t.first[i] = arena.take(dtype, pass.value(i).shape());
      if (s.with_gradient()) t.second[i] = arena.take(dtype, pass.value(i).shape());
      ops::activation_derivatives(*activation, pass.value(i - 1), pass.value(i), t.first[i], t.second[i]);
    }
    if (!uses_gram()) t.row.back() = arena.take(dtype, {rows, network_.input().size()});
  }
  if (uses_gram()) s.rising = arena.take(dtype, {rows, gram_.rows()});
  for (View& v : s.up) v = arena.take(dtype, {rows, widest});
}

void JacobianRows::start(const Sweep& s, const Trail& trail) const {
  const PassView& pass = trail.point.pass;
  const View v = s.at(trail, end_ - 1);
  const auto fill = [&](auto* row) {
    using T = std::remove_pointer_t<decltype(row)>;
    const auto sign = static_cast<T>(trail.point.sign);
    const int64_t units = v.columns();
    for (int64_t n = s.sample; n < s.sample + s.samples; ++n)
      for (int64_t k = s.probe; k < s.probe + s.probes; ++k, row += units) {
        if (exact_) {
          std::fill_n(row, units, T{0});
          row[k] = sign;
        } else {
          fill_signs(random_, pass.epoch, pass.sample(n), s.draw * probes_ + k, sign, row, units);
        }
      }
  };
  v.dtype() == DType::f32 ? fill(v.as<float>()) : fill(v.as<double>());
}

void JacobianRows::down(const Sweep& s, const Trail& trail) const {
  for (int i = end_ - 1; i > bottom(); --i) {
    if (network_.layer(i).activation())
      ops::scale_rows_by_sample(s.of_samples(trail.first[i]), s.at(trail, i), s.at(trail, i - 1));
    else
      network_.layer(i).linear()->apply_transposed(trail.point.pass.theta, s.input_of(trail, i), s.at(trail, i),
                                                   s.at(trail, i - 1));
  }
}

/// The tile's Σ ‖q‖², q being the sum of all trails'. What they go up from is left in s.rising, or without a Gram
/// matrix in the first trail's input rows.
double JacobianRows::close(const Sweep& s) const {
  const View q = s.at(s.trails[0], bottom());
  for (size_t p = 1; p < s.trails.size(); ++p) ops::add_scaled(1.0, s.at(s.trails[p], bottom()), q);
  if (!uses_gram()) {
    const double norm = ops::sum_of_squares(q);
    if (s.with_gradient()) ops::scale(s.scale, q);
    return norm;
  }
  const View qg = s.rising.slice(0, s.rows());
  ops::matmul(q, ops::Transpose::no, gram_, ops::Transpose::no, qg);
  const double norm = ops::dot(q, qg);
  if (s.with_gradient()) {
    ops::matmul(q, ops::Transpose::yes, q, ops::Transpose::no, s.gram_gradient, ops::Write::accumulate);
    ops::scale(s.scale, qg);
  }
  return norm;
}

void JacobianRows::up(const Sweep& s, const Trail& trail) const {
  const PassView& pass = trail.point.pass;
  View rising = uses_gram() ? s.rising.slice(0, s.rows()) : s.at(s.trails[0], -1);
  int next = 0;
  for (int i = bottom() + 1; i < end_; ++i, next = 1 - next) {
    const View above = s.going_up(next, i);
    if (network_.layer(i).activation()) {
      if (i > 0)
        ops::add_products_by_sample(s.of_samples(trail.second[i]), s.at(trail, i), rising,
                                    s.of_samples(pass.notes[i - 1]));
      ops::scale_rows_by_sample(s.of_samples(trail.first[i]), rising, above);
    } else {
      const LinearLayer& layer = *network_.layer(i).linear();
      layer.accumulate(s.at(trail, i), rising, s.grad_theta);
      if (i + 1 < end_) layer.apply(pass.theta, s.input_of(trail, i), rising, above);
    }
    rising = above;
  }
}

}  // namespace hourglass
