#include <algorithm>

#include "hourglass/nn/channels.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

/// dw_c = Σ dy·z over the elements with z ≤ 0. A linearization has the slope s'(z), and for the second order in its
/// curvature where z ≤ 0 as ones: s'' is 0, and ds'/dw is that.
class Prelu final : public Layer {
 public:
  Prelu(const LayerContext& c, const PreluConfig& config)
      : Layer(c.input),
        channels_(channels_of(c.input)),
        weight_(c.add_filled("weight", {config.per_channel ? channels_ : 1}, config.slope)) {}

  void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const override {
    multiply(theta, in, in, out);
  }
  void backward(const PassContext&, ConstView theta, ConstView in, ConstView, ConstView grad_out,
                View grad_in) const override {
    multiply(theta, in, grad_out, grad_in);
  }
  bool backward_reads_output() const override { return false; }
  bool keeps_range() const override { return false; }
  bool backward_may_overwrite_input() const override { return !defers_weight_gradient(); }
  bool has_kink_at_zero() const override { return true; }

  // As the layers around it do: dense ones defer, convolutions do not.
  bool defers_weight_gradient() const override { return output().rank() == 1; }
  bool has_parameter_gradient() const override { return true; }
  bool defers_gradient_of(const Parameter& p) const override {
    return defers_weight_gradient() && p.offset == weight_.offset;
  }
  void add_parameter_gradient(const PassContext&, ConstView in, ConstView grad_out, View grad_theta) const override {
    add_slope_gradient(in, grad_out, weight_.in(grad_theta));
  }
  void deferred_weight_gradient(const Parameter&, int64_t first, const InputRows& in, ConstView grad_out, View grad,
                                ops::Write write) const override {
    HOURGLASS_CHECK(first == 0 && grad.size() == weight_.shape.size());
    if (write == ops::Write::assign) clear(grad);
    add_slope_gradient(in, grad_out, grad);
  }

  Linearization linearize(const PassContext&, ConstView theta, ConstView in, ConstView, bool second_order,
                          Arena& arena) const override {
    Linearization at{in, arena.take(in.dtype(), in.shape()), {}};
    fill(1, at.slope);
    multiply(theta, in, at.slope, at.slope);
    if (!second_order) return at;
    at.curvature = arena.take(in.dtype(), in.shape());
    fill(1, at.curvature);
    keep_negative(in, at.curvature, at.curvature);
    return at;
  }
  void vjp(ConstView, const Linearization& at, ConstView u, View grad_in) const override {
    ops::scale_rows_by_sample(at.slope, u, grad_in);
  }
  void jvp(ConstView, const Linearization& at, ConstView v, View out) const override {
    ops::scale_rows_by_sample(at.slope, v, out);
  }
  void vjp_backward(const Linearization& at, ConstView u, ConstView g, View grad_theta, View) const override {
    const View negative = scratch(u);
    ops::scale_rows_by_sample(at.curvature, u, negative);
    add_dots(negative, g, weight_.in(grad_theta));
  }

 private:
  static View scratch(ConstView like) {
    thread_local Arena arena;
    arena.reset();
    return arena.take(like.dtype(), like.shape());
  }
  bool is_shared() const { return weight_.shape[0] == 1 && channels_ > 1; }

  /// y assigned = s'(z)∘x.
  void multiply(ConstView theta, ConstView z, ConstView x, View y) const {
    const auto [slopes] = number_lists<1>(channels_);
    for_each_value(weight_.in(theta), [&](int64_t j, double w) { slopes[static_cast<size_t>(j)] = w; });
    if (is_shared()) std::fill(slopes.begin() + 1, slopes.end(), slopes[0]);
    ops::scale_by_sign(by_channel(z, channels_), 1, slopes, by_channel(x, channels_), by_channel(y, channels_));
  }
  /// y assigned = x where z ≤ 0, else 0.
  void keep_negative(ConstView z, ConstView x, View y) const {
    const auto [ones] = number_lists<1>(channels_);
    std::ranges::fill(ones, 1.0);
    ops::scale_by_sign(by_channel(z, channels_), 0, ones, by_channel(x, channels_), by_channel(y, channels_));
  }
  void add_slope_gradient(ConstView in, ConstView grad_out, View grad) const {
    const View negative = scratch(grad_out);
    keep_negative(in, grad_out, negative);
    add_dots(negative, in, grad);
  }
  /// grad accumulated: Σ a·b of every channel, or of all.
  void add_dots(ConstView a, ConstView b, View grad) const {
    const auto [sums] = number_lists<1>(channels_);
    ops::column_dots(by_channel(a, channels_), by_channel(b, channels_), sums);
    if (is_shared())
      for (const double sum : sums.subspan(1)) sums[0] += sum;
    ops::add_to_rows(sums.first(static_cast<size_t>(grad.size())), grad.reshaped({1, grad.size()}));
  }

  int64_t channels_;
  Parameter weight_;
};

}  // namespace

std::unique_ptr<Layer> make_prelu(const LayerContext& c) {
  return std::make_unique<Prelu>(c, std::get<PreluConfig>(c.config.options));
}

}  // namespace hourglass
