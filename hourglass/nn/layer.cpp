#include "hourglass/nn/layer.h"

#include <array>
#include <string_view>

#include "hourglass/base/text.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"

namespace hourglass {

namespace {

struct Row {
  std::string_view kind;
  std::unique_ptr<Layer> (*make)(const LayerContext&);
};

/// Every layer that is not an activation. A new one is one row.
constexpr std::array kTable = {
    Row{"dense", make_dense},
    Row{"conv2d", make_conv2d},
    Row{"conv_transpose2d", make_conv_transpose2d},
    Row{"max_pool2d", make_max_pool2d},
};

class Reorder final : public LinearLayer {
 public:
  Reorder(Shape image, bool channels_first) : LinearLayer(image), channels_first_(channels_first) {}

  void forward(ConstView, ConstView in, View out) const override { swap(in, out, channels_first_); }
  void backward(ConstView theta, ConstView in, ConstView, ConstView grad_out, View grad_in, View) const override {
    if (grad_in) apply_transposed(theta, in, grad_out, grad_in);
  }
  void apply(ConstView, ConstView, ConstView v, View out) const override { swap(v, out, channels_first_); }
  void apply_transposed(ConstView, ConstView, ConstView u, View out) const override { swap(u, out, !channels_first_); }

 private:
  void swap(ConstView in, View out, bool channels_first) const {
    const int64_t channels = output()[0], pixels = output()[1] * output()[2];
    channels_first ? ops::swap_axes(in, pixels, channels, out) : ops::swap_axes(in, channels, pixels, out);
  }

  bool channels_first_;
};

}  // namespace

Parameter LayerContext::add(const std::string& suffix, Shape shape, int64_t fan_in, int64_t fan_out) const {
  constexpr int64_t kAlign = 16;
  const int64_t end = parameters.empty() ? 0 : parameters.back().offset + parameters.back().shape.size();
  parameters.push_back({.name = name + "." + suffix,
                        .shape = shape,
                        .offset = (end + kAlign - 1) / kAlign * kAlign,
                        .fan_in = fan_in,
                        .fan_out = fan_out,
                        .is_bias = suffix == "bias"});
  return parameters.back();
}

Parameter LayerContext::add_weight(Shape shape, int64_t fan_in, int64_t fan_out) const {
  if (!is_tied()) return add("weight", shape, fan_in, fan_out);
  if (mirrored->empty()) fail("{}: tied = true, but no layer of the encoder is left for it to mirror", place());
  const MirroredWeight from = mirrored->back();
  mirrored->pop_back();
  const std::string& partner = config.kind == "conv2d"             ? "conv_transpose2d"
                               : config.kind == "conv_transpose2d" ? "conv2d"
                                                                   : config.kind;
  if (from.kind != partner)
    fail("{}: tied = true, but {} is what it would mirror; expected {} there", place(), from.place, partner);
  const Shape expected = shape.rank() == 2 ? Shape{shape[1], shape[0]} : shape;
  if (!(from.weight.shape == expected))
    fail("{}: tied = true, but {} is no mirror image: its weight is {}, expected {}", place(), from.place,
         from.weight.shape.text(), expected.text());
  return from.weight;
}

std::string LayerContext::place() const {
  const size_t dot = name.find('.');
  return fmt::format("{}[{}] {}", name.substr(0, dot), name.substr(dot + 1), config.kind);
}

std::unique_ptr<Layer> make_layer(const LayerContext& context) {
  if (auto activation = find_activation(context.config.kind)) {
    if (context.config.parameter != 0.0) activation->parameter = context.config.parameter;
    if (activation->kind == Activation::Kind::topk) return make_topk(context);
    return make_activation(context, *activation);
  }
  for (const Row& row : kTable)
    if (row.kind == context.config.kind) return row.make(context);
  fail("{}: unknown layer \"{}\"", context.name, context.config.kind);
}

std::unique_ptr<Layer> make_reorder(Shape image, bool channels_first) {
  return std::make_unique<Reorder>(image, channels_first);
}

}  // namespace hourglass
