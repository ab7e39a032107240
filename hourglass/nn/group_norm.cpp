#include <utility>

#include "hourglass/nn/channels.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

using ops::GroupLayout;

/// y = x̂∘w + b with x̂ of ops::normalise_groups; one weight for every `scaled` consecutive elements of a row, repeated
/// along it. With P the derivative of x̂, symmetric, Aᵀu = P(w∘u) and A·v = w∘P v.
class GroupNorm final : public Layer {
 public:
  /// `parameters`: shape of weight and bias, in PyTorch's order.
  GroupNorm(const LayerContext& c, const GroupLayout& layout, const Shape& parameters, double epsilon)
      : Layer(c.input),
        layout_(layout),
        epsilon_(epsilon > 0 ? epsilon : 1e-5),
        weight_(c.add_filled("weight", parameters, 1)),
        bias_(c.add_filled("bias", parameters, 0)) {}

  void forward(const PassContext&, ConstView theta, const InputRows& in, View out) const override {
    normalise(in, out, scratch(in.dtype(), {in.rows(), layout_.groups}));
    const auto [factor, offset] = number_lists<2>(width());
    read(weight_, theta, factor);
    read(bias_, theta, offset);
    ops::affine_columns({.factor = factor, .offset = offset}, by_weight(ConstView(out)), {}, by_weight(out));
  }

  void backward(const PassContext&, ConstView theta, ConstView in, ConstView, ConstView grad_out,
                View grad_in) const override {
    const auto [normalised, inverse] = normalised_again(in);
    scale(theta, grad_out, grad_in);
    ops::project_groups(layout_, normalised, inverse, grad_in, grad_in);
  }
  bool backward_reads_output() const override { return false; }
  bool keeps_range() const override { return false; }
  bool backward_may_overwrite_input() const override { return !defers_weight_gradient(); }

  // As the layers around it do: dense ones defer, convolutions do not.
  bool defers_weight_gradient() const override { return output().rank() == 1; }
  bool has_parameter_gradient() const override { return true; }
  bool defers_gradient_of(const Parameter& p) const override {
    return defers_weight_gradient() && (p.offset == weight_.offset || p.offset == bias_.offset);
  }
  void add_parameter_gradient(const PassContext&, ConstView in, ConstView grad_out, View grad_theta) const override {
    add_weight_gradient(grad_out, normalised_again(in).first, grad_theta);
    const auto [sums] = number_lists<1>(width());
    ops::column_sums(by_weight(grad_out), sums);
    add(sums, bias_, 0, bias_.in(grad_theta));
  }
  void deferred_weight_gradient(const Parameter& p, int64_t first, const InputRows& in, ConstView grad_out, View grad,
                                ops::Write write) const override {
    if (write == ops::Write::assign) clear(grad);
    const auto [sums] = number_lists<1>(width());
    if (p.offset == bias_.offset)
      ops::column_sums(by_weight(grad_out), sums);
    else
      ops::column_dots(by_weight(grad_out), by_weight(ConstView(normalised_again(in).first)), sums);
    add(sums, p, first, grad);
  }

  Linearization linearize(const PassContext&, ConstView theta, ConstView in, ConstView, bool,
                          Arena& arena) const override {
    Linearization at{.in = in, .slope = {}, .curvature = {}, .theta = theta};
    at.normalised = arena.take(in.dtype(), {in.rows(), layout_.row()});
    at.inverse_deviation = arena.take(in.dtype(), {in.rows(), layout_.groups});
    normalise(in, at.normalised, at.inverse_deviation);
    return at;
  }
  void vjp(ConstView theta, const Linearization& at, ConstView u, View grad_in) const override {
    scale(theta, u, grad_in);
    ops::project_groups(layout_, at.normalised, at.inverse_deviation, grad_in, grad_in);
  }
  void jvp(ConstView theta, const Linearization& at, ConstView v, View out) const override {
    ops::project_groups(layout_, at.normalised, at.inverse_deviation, v, out);
    scale(theta, out, out);
  }
  /// f = ⟨g, P(w∘u)⟩ = ⟨P g, w∘u⟩, so df/dw = Σ u∘P g.
  void vjp_backward(const Linearization& at, ConstView u, ConstView g, View grad_theta, View grad_in) const override {
    const View other = scratch(u.dtype(), u.shape());
    ops::project_groups(layout_, at.normalised, at.inverse_deviation, g, other);
    add_weight_gradient(u, other, grad_theta);
    if (!grad_in) return;
    scale(at.theta, u, other);
    ops::project_groups_backward(layout_, at.normalised, at.inverse_deviation, g, other, grad_in);
  }
  bool has_curvature() const override { return true; }

 private:
  static View scratch(DType dtype, const Shape& shape) {
    thread_local Arena arena;
    arena.reset();
    return arena.take(dtype, shape);
  }
  void normalise(ConstView in, View normalised, View inverse) const {
    ops::normalise_groups(layout_, epsilon_, in, normalised, inverse);
  }
  /// x̂ and 1/√(variance + ε) of a forward pass, in scratch memory.
  std::pair<View, View> normalised_again(ConstView in) const {
    const int64_t rows = in.rows(), values = rows * layout_.row(), groups = rows * layout_.groups;
    const View all = scratch(in.dtype(), {values + groups});
    const View normalised = all.part(0, {rows, layout_.row()}), inverse = all.part(values, {rows, layout_.groups});
    normalise(in, normalised, inverse);
    return {normalised, inverse};
  }

  int64_t width() const { return weight_.shape.size(); }
  template <class Byte>
  BasicView<Byte> by_weight(const BasicView<Byte>& batch) const {
    return by_channel(batch, width());
  }
  /// Position of an element of weight and bias along a row: channels last.
  int64_t along_row(int64_t i) const {
    const Shape& s = weight_.shape;
    if (!is_layered(s)) return i;
    const int64_t pixels = s[1] * s[2];
    return i % pixels * s[0] + i / pixels;
  }
  void read(const Parameter& p, ConstView theta, std::span<double> list) const {
    for_each_value(p.in(theta), [&](int64_t i, double x) { list[static_cast<size_t>(along_row(i))] = x; });
  }
  /// y assigned = w∘x.
  void scale(ConstView theta, ConstView x, View y) const {
    const auto [factor] = number_lists<1>(width());
    read(weight_, theta, factor);
    ops::affine_columns({.factor = factor}, by_weight(x), {}, by_weight(y));
  }
  void add_weight_gradient(ConstView grad_out, ConstView normalised, View grad_theta) const {
    const auto [sums] = number_lists<1>(width());
    ops::column_dots(by_weight(grad_out), by_weight(normalised), sums);
    add(sums, weight_, 0, weight_.in(grad_theta));
  }
  /// grad accumulated: elements [first, first + grad.size()/row of p) of p, from sums along a row.
  void add(std::span<const double> sums, const Parameter& p, int64_t first, View grad) const {
    const int64_t begin = first * (p.shape.size() / p.shape[0]);
    visit_floats(grad, [&]<class T>(std::span<T> all) {
      for (size_t i = 0; i < all.size(); ++i)
        all[i] += static_cast<T>(sums[static_cast<size_t>(along_row(begin + static_cast<int64_t>(i)))]);
    });
  }

  GroupLayout layout_;
  double epsilon_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_layer_norm(const LayerContext& c) {
  const auto& config = std::get<NormConfig>(c.config.options);
  if (c.input.size() < 2) fail("{}: needs at least 2 features, its input is {}", c.place(), c.input.text());
  return std::make_unique<GroupNorm>(c, GroupLayout{1, c.input.size(), 1}, c.input, config.epsilon);
}

std::unique_ptr<Layer> make_group_norm(const LayerContext& c) {
  const auto& config = std::get<NormConfig>(c.config.options);
  const int64_t channels = channels_of(c.input), positions = c.input.size() / channels;
  if (channels % config.groups != 0)
    fail("{}: {} channels do not divide into {} groups of the same size", c.place(), channels, config.groups);
  if (channels / config.groups * positions < 2)
    fail("{}: a group of one value has no variance; use fewer than {} groups", c.place(), config.groups);
  return std::make_unique<GroupNorm>(c, GroupLayout{positions, channels, config.groups}, Shape{channels},
                                     config.epsilon);
}

}  // namespace hourglass
