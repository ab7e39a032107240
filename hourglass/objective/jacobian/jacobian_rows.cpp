#include "hourglass/objective/jacobian/jacobian_rows.h"

#include <algorithm>

#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kTileElements = 1 << 18;  // of the widest row buffer: 1 MB
constexpr int64_t kTallest = 1024;          // rows

constexpr double kSharingRows = 64;  // samples of a micro-batch that share the work that the Gram matrix takes once

/// Multiplications per sample that the Gram matrix of a first layer (units, inputs) takes: bG and Σ bᵀb for every row,
/// and its share of W Wᵀ and of the gradient of W.
double gram_products(double units, double inputs, double rows) {
  return 2 * rows * units * units + 2 * units * units * inputs / kSharingRows;
}

/// The dense layer on the input itself, if its Gram matrix takes fewer multiplications than its VJPs.
int gram_layer(const Network& network, int64_t rows) {
  const int dense = first_dense(network);
  if (dense < 0) return -1;
  const Shape& weight = network.layer(dense).weight()->shape;
  const auto units = static_cast<double>(weight[0]), inputs = static_cast<double>(weight[1]);
  const auto r = static_cast<double>(rows);
  return gram_products(units, inputs, r) < 3 * r * units * inputs ? dense : -1;
}

/// row assigned ±scale, 128 signs a draw, keyed by the sample and the probe vector.
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

/// The VJP of one point, with what its backward pass needs.
struct JacobianRows::VjpTape {
  const JacobianPoint* point = nullptr;
  std::vector<Linearization> layers = {};  ///< per layer, of all rows of the micro-batch
  std::vector<View> rows = {};  ///< per layer: the product at its output, for the tallest tile; the input's stands last
};

/// The tiles of one micro-batch.
struct JacobianRows::Tiles {
  ConstView theta;
  std::span<VjpTape> tapes = {};
  uint32_t draw = 0;
  double scale = 0;              ///< of the gradient, 2·scale asked for
  View grad_theta = {};          ///< empty: the value only
  View gram_rows = {};           ///< bG, then q̄, for the tallest tile
  std::span<View> scratch = {};  ///< per slot of the network: of the backward passes
  View gram_gradient = {};       ///< Σ bᵀb
  // The present tile: samples [sample, sample + samples), probe vectors [probe, probe + probes) of each.
  int64_t sample = 0, samples = 0, probe = 0, probes = 0;

  const MicroBatch& batch() const { return tapes[0].point->batch; }
  bool has_gradient() const { return static_cast<bool>(grad_theta); }
  int64_t rows() const { return samples * probes; }
  View at(const VjpTape& tape, int layer) const {
    return (layer < 0 ? tape.rows.back() : tape.rows[layer]).slice(0, rows());
  }
  Linearization linearization(const VjpTape& tape, int layer) const {
    return tape.layers[layer].slice(sample, samples);
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

std::string JacobianRows::method() const {
  return fmt::format("{} {}{} per sample{}", probes_, exact_ ? "unit row" : "random probe", probes_ == 1 ? "" : "s",
                     uses_gram() ? ", closed by the first layer's Gram matrix" : "");
}

double JacobianRows::cost() const {
  const auto rows = static_cast<double>(probes_);
  double products = 0;
  for (int i = gram_layer_ + 1; i < end_; ++i) products += 3 * rows * static_cast<double>(network_.layer(i).products());
  if (uses_gram())
    products += gram_products(static_cast<double>(gram_.rows()), static_cast<double>(network_.input().size()), rows);
  return products / network_.products();
}

bool JacobianRows::has_gradient_at(int layer) const {
  return layer >= 0 && std::ranges::any_of(network_.consumers(layer), [&](int reader) {
           return reader < end_ && network_.layer(reader).has_curvature();
         });
}

void JacobianRows::prepare(ConstView theta) {
  if (!uses_gram()) return;
  if (gram_.dtype() != theta.dtype()) gram_ = Tensor(theta.dtype(), gram_.shape());
  const ConstView w = network_.layer(gram_layer_).weight()->in(theta);
  ops::matmul(w, ops::Transpose::no, w, ops::Transpose::yes, gram_);
}

void JacobianRows::measure(ConstView theta, std::span<const JacobianPoint> points, uint32_t draw,
                           std::span<double> sums, double scale, View grad_theta) const {
  const double per_probe = exact_ ? 1.0 : 1.0 / static_cast<double>(probes_);
  Tiles t{.theta = theta, .draw = draw, .scale = 2 * scale * per_probe, .grad_theta = grad_theta};
  thread_local std::vector<VjpTape> tapes;  // keeps its memory from step to step
  thread_local std::vector<View> scratch;
  tapes.resize(std::max(tapes.size(), points.size()));
  scratch.resize(network_.slots());
  t.tapes = std::span(tapes).first(points.size());
  t.scratch = scratch;
  for (size_t p = 0; p < points.size(); ++p) t.tapes[p].point = &points[p];
  if (uses_gram() && t.has_gradient()) {
    t.gram_gradient = t.batch().arena().take(theta.dtype(), gram_.shape());
    clear(t.gram_gradient);
  }
  sums[0] += run(t) * per_probe;
  if (!t.gram_gradient) return;
  ops::scale(t.scale, t.gram_gradient);
  const Parameter& first_weight = *network_.layer(gram_layer_).weight();
  ops::matmul(t.gram_gradient, ops::Transpose::no, first_weight.in(theta), ops::Transpose::no,
              first_weight.in(grad_theta), ops::Write::accumulate);
}

double JacobianRows::run(Tiles& t) const {
  int64_t widest = uses_gram() ? 1 : network_.input().size();
  for (int i = std::max(gram_layer_, 0); i < end_; ++i) widest = std::max(widest, network_.layer(i).output().size());
  const int64_t batch_rows = t.batch().rows(), tallest = std::clamp<int64_t>(kTileElements / widest, 16, kTallest);
  const int64_t probes = std::min(probes_, tallest), samples = std::clamp<int64_t>(tallest / probes, 1, batch_rows);
  allocate(t, samples * probes, widest);
  double total = 0;
  for (t.sample = 0; t.sample < batch_rows; t.sample += samples)
    for (t.probe = 0; t.probe < probes_; t.probe += probes) {
      t.samples = std::min(samples, batch_rows - t.sample);
      t.probes = std::min(probes, probes_ - t.probe);
      for (const VjpTape& tape : t.tapes) {
        start(t, tape);
        vjp(t, tape);
      }
      total += squared_norm(t);
      if (!t.has_gradient()) continue;
      for (const VjpTape& tape : t.tapes) vjp_backward(t, tape);
    }
  return total;
}

/// Buffers for the tallest tile, and the linearizations of all layers at every point.
void JacobianRows::allocate(Tiles& t, int64_t rows, int64_t widest) const {
  Arena& arena = t.batch().arena();
  const DType dtype = t.theta.dtype();
  for (VjpTape& tape : t.tapes) {
    const MicroBatch& batch = tape.point->batch;
    tape.layers.resize(end_);
    tape.rows.resize(end_ + 1);
    for (int i = std::max(gram_layer_, 0); i < end_; ++i) {
      tape.rows[i] = arena.take(dtype, {rows, network_.layer(i).output().size()});
      tape.layers[i] = network_.layer(i).linearize(batch.context(), t.theta, batch.output(network_.source(i)),
                                                   batch.output(i), t.has_gradient(), arena);
    }
    if (!uses_gram()) tape.rows.back() = arena.take(dtype, {rows, network_.input().size()});
  }
  if (uses_gram()) t.gram_rows = arena.take(dtype, {rows, gram_.rows()});
  for (View& v : t.scratch) v = arena.take(dtype, {rows, widest});
}

void JacobianRows::start(const Tiles& t, const VjpTape& tape) const {
  const PassContext& context = tape.point->batch.context();
  const View v = t.at(tape, end_ - 1);
  visit_floats(v, [&]<class T>(std::span<T> all) {
    T* row = all.data();
    const auto sign = static_cast<T>(tape.point->sign);
    const int64_t units = v.columns();
    for (int64_t n = t.sample; n < t.sample + t.samples; ++n)
      for (int64_t k = t.probe; k < t.probe + t.probes; ++k, row += units) {
        if (exact_) {
          std::fill_n(row, units, T{0});
          row[k] = sign;
        } else {
          fill_signs(random_, context.epoch, context.sample_id(n), t.draw * probes_ + k, sign, row, units);
        }
      }
  });
}

void JacobianRows::vjp(const Tiles& t, const VjpTape& tape) const {
  for (int i = end_ - 1; i > gram_layer_; --i) {
    const View u = t.at(tape, i);
    const View addend = network_.addend(i) ? t.at(tape, *network_.addend(i)) : View();
    network_.pull_back(i, end_ - 1, u, t.at(tape, network_.source(i)), addend, t.batch().arena(),
                       [&](View below) { network_.layer(i).vjp(t.theta, t.linearization(tape, i), u, below); });
  }
}

/// q̄ is left in t.gram_rows, or without a Gram matrix in the first tape's rows at the input.
double JacobianRows::squared_norm(const Tiles& t) const {
  const View q = t.at(t.tapes[0], gram_layer_);
  for (size_t p = 1; p < t.tapes.size(); ++p) ops::add_scaled(1.0, t.at(t.tapes[p], gram_layer_), q);
  if (!uses_gram()) {
    const double norm = ops::sum_of_squares(q);
    if (t.has_gradient()) ops::scale(t.scale, q);
    return norm;
  }
  const View qg = t.gram_rows.slice(0, t.rows());
  ops::matmul(q, ops::Transpose::no, gram_, ops::Transpose::no, qg);
  const double norm = ops::dot(q, qg);
  if (t.has_gradient()) {
    ops::matmul(q, ops::Transpose::yes, q, ops::Transpose::no, t.gram_gradient, ops::Write::accumulate);
    ops::scale(t.scale, qg);
  }
  return norm;
}

void JacobianRows::vjp_backward(const Tiles& t, const VjpTape& tape) const {
  const View lowest = uses_gram() ? t.gram_rows.slice(0, t.rows()) : t.at(t.tapes[0], -1);
  const auto gradient = [&](int layer) {
    if (layer == gram_layer_) return lowest;
    return t.scratch[network_.slot(layer)].part(0, {t.rows(), network_.layer(layer).output().size()});
  };
  for (int i = gram_layer_ + 1; i < end_; ++i) {
    const Layer& layer = network_.layer(i);
    const Linearization at = t.linearization(tape, i);
    const int source = network_.source(i);
    const View saved = source >= 0 ? tape.point->saved[source] : View();
    layer.vjp_backward(at, t.at(tape, i), gradient(source), t.grad_theta,
                       saved ? saved.slice(t.sample, t.samples) : saved);
    if (i + 1 == end_) break;
    layer.jvp(t.theta, at, gradient(source), gradient(i));
    if (network_.addend(i)) ops::add_scaled(1.0, gradient(*network_.addend(i)), gradient(i));
  }
}

}  // namespace hourglass
