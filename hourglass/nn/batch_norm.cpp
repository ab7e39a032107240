#include <algorithm>
#include <cmath>

#include "hourglass/nn/channels.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

/// With n values of a channel in the batch, x̂ = (x − mean)·r and r = 1/√(var + ε):
///
///   y = x̂·w + b,   dx = w·r·(dy − Σ dy/n − x̂·Σ dy·x̂/n),   dw = Σ dy·x̂,   db = Σ dy
///
/// The sums of the batch are Σ x and Σ x², then Σ dy and Σ dy·x̂, in double precision. Outside training mean and var are
/// constants, and dx = w·r·dy.
class BatchNorm final : public Layer {
 public:
  BatchNorm(const LayerContext& c, const NormConfig& config)
      : Layer(c.input),
        place_(c.place()),
        channels_(channels_of(c.input)),
        positions_(c.input.size() / channels_),
        momentum_(config.momentum),
        epsilon_(config.epsilon > 0 ? config.epsilon : 1e-5),
        weight_(c.add_filled("weight", {channels_}, 1)),
        bias_(c.add_filled("bias", {channels_}, 0)) {
    state_.push_back({c.name + ".running_mean", Tensor(DType::f32, {channels_})});
    state_.push_back({c.name + ".running_var", Tensor(DType::f32, {channels_})});
    fill(1, state_[1].values);
  }

  void forward(const PassContext& context, ConstView theta, const InputRows& in, View out) const override {
    const auto [mean, factor, offset] = number_lists<3>(channels_);
    moments(context, mean, factor);
    scale_by_weight(theta, factor);
    read_numbers(bias_.in(theta), offset);
    ops::affine_columns({.shift = mean, .factor = factor, .offset = offset}, rows(in), {}, rows(out));
  }

  void backward(const PassContext& context, ConstView theta, ConstView in, ConstView, ConstView grad_out,
                View grad_in) const override {
    if (context.mode != Mode::training) return scale_rows(context, theta, grad_out, grad_in);
    const auto [mean, inverse, factor, grad_mean, slope] = number_lists<5>(channels_);
    moments(context, mean, inverse);
    std::ranges::copy(inverse, factor.begin());
    scale_by_weight(theta, factor);
    const double n = values(context.batch_rows);
    for (size_t j = 0; j < mean.size(); ++j) {
      grad_mean[j] = sum(context, 2, j) / n;
      slope[j] = -factor[j] * inverse[j] * sum(context, 3, j) / n;
    }
    ops::affine_columns({.shift = grad_mean, .factor = factor, .shift_b = mean, .factor_b = slope}, rows(grad_out),
                        rows(in), rows(grad_in));
  }
  bool backward_reads_output() const override { return false; }
  bool keeps_range() const override { return false; }
  bool backward_may_overwrite_input() const override { return true; }

  BatchSums batch_sums() const override { return {2 * channels_, 2 * channels_}; }
  void forward_sums(ConstView in, std::span<double> sums) const override {
    ops::column_sums(rows(in), part(sums, 0));
    ops::column_sums_of_squares(rows(in), part(sums, 1));
  }
  void backward_sums(const PassContext& context, ConstView in, ConstView, ConstView grad_out,
                     std::span<double> sums) const override {
    const std::span<double> total = part(sums, 0), along = part(sums, 1);
    ops::column_sums(rows(grad_out), total);
    ops::column_dots(rows(grad_out), rows(in), along);
    const auto [mean, inverse] = number_lists<2>(channels_);
    moments(context, mean, inverse);
    for (size_t j = 0; j < mean.size(); ++j) along[j] = (along[j] - mean[j] * total[j]) * inverse[j];
  }
  void add_batch_gradient(const PassContext& context, int64_t first, View grad) const override {
    add_to(bias_, part(context.batch_sums, 2), first, grad);
    add_to(weight_, part(context.batch_sums, 3), first, grad);
  }

  void check_batch(int64_t rows) const override {
    if (rows * positions_ < 2)
      fail(
          "{}: a batch of one row has a single value per feature, which has no variance; training needs at least 2 "
          "rows",
          place_);
  }
  void update_state(const PassContext& context) override {
    if (context.mode != Mode::training) return;
    const double n = values(context.batch_rows);
    const auto [mean, variance] = number_lists<2>(channels_);
    batch_moments(context, mean, variance);
    for (double& v : variance) v *= n / (n - 1);
    average(mean, state_[0].values);
    average(variance, state_[1].values);
  }

  // Outside training, where every row has a Jacobian of its own.
  Linearization linearize(const PassContext& context, ConstView theta, ConstView in, ConstView, bool,
                          Arena&) const override {
    HOURGLASS_CHECK(context.mode != Mode::training);
    return {.in = in, .slope = {}, .curvature = {}, .theta = theta};
  }
  void vjp(ConstView theta, const Linearization&, ConstView u, View grad_in) const override {
    scale_rows({}, theta, u, grad_in);
  }
  void jvp(ConstView theta, const Linearization&, ConstView v, View out) const override {
    scale_rows({}, theta, v, out);
  }

 private:
  template <class Byte>
  BasicView<Byte> rows(const BasicView<Byte>& batch) const {
    return by_channel(batch, channels_);
  }
  ConstView rows(const InputRows& in) const { return by_channel(ConstView(in), channels_); }
  template <class T>
  std::span<T> part(std::span<T> sums, int64_t k) const {
    return sums.subspan(static_cast<size_t>(k * channels_), static_cast<size_t>(channels_));
  }
  double sum(const PassContext& context, int64_t k, size_t j) const { return part(context.batch_sums, k)[j]; }
  /// Values of a channel in so many rows.
  double values(int64_t rows) const { return static_cast<double>(rows * positions_); }

  void batch_moments(const PassContext& context, std::span<double> mean, std::span<double> variance) const {
    const double n = values(context.batch_rows);
    for (size_t j = 0; j < mean.size(); ++j) {
      mean[j] = sum(context, 0, j) / n;
      variance[j] = std::max(0.0, sum(context, 1, j) / n - mean[j] * mean[j]);
    }
  }
  /// Mean and r of every channel in such a pass.
  void moments(const PassContext& context, std::span<double> mean, std::span<double> inverse) const {
    if (context.mode == Mode::training) {
      batch_moments(context, mean, inverse);
    } else {
      read_numbers(state_[0].values, mean);
      read_numbers(state_[1].values, inverse);
    }
    for (double& v : inverse) v = 1 / std::sqrt(v + epsilon_);
  }
  void scale_by_weight(ConstView theta, std::span<double> factor) const {
    for_each_value(weight_.in(theta), [&](int64_t j, double w) { factor[static_cast<size_t>(j)] *= w; });
  }
  /// y assigned = w·r·x: the derivative outside training.
  void scale_rows(const PassContext& context, ConstView theta, ConstView x, View y) const {
    const auto [mean, factor] = number_lists<2>(channels_);
    moments(context, mean, factor);
    scale_by_weight(theta, factor);
    ops::affine_columns({.factor = factor}, rows(x), {}, rows(y));
  }
  void average(std::span<const double> batch, Tensor& running) const {
    visit_floats(running.view(), [&]<class T>(std::span<T> all) {
      for (size_t j = 0; j < all.size(); ++j) all[j] = static_cast<T>((1 - momentum_) * all[j] + momentum_ * batch[j]);
    });
  }
  static void add_to(const Parameter& p, std::span<const double> values, int64_t first, View grad) {
    const int64_t begin = std::max(first, p.offset), end = std::min(first + grad.size(), p.offset + p.shape.size());
    if (begin >= end) return;
    ops::add_to_rows(values.subspan(static_cast<size_t>(begin - p.offset), static_cast<size_t>(end - begin)),
                     grad.part(begin - first, {1, end - begin}));
  }

  std::string place_;
  int64_t channels_, positions_;
  double momentum_, epsilon_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_batch_norm(const LayerContext& c) {
  return std::make_unique<BatchNorm>(c, std::get<NormConfig>(c.config.options));
}

}  // namespace hourglass
