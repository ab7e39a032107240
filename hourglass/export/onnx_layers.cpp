#include "hourglass/export/onnx_layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

#include "hourglass/nn/windows.h"

namespace hourglass {

namespace {

using ops::ConvGeometry;
using ops::PerAxis;

/// What the functions of the table need to add a layer.
struct LayerContext {
  OnnxGraph& graph;
  const OnnxLayer& at;
  const std::map<std::string, ConstView>& weights;
  const char* op;  ///< of the table's row

  std::string weight() const { return tensor(at.layer.weight()->name); }
  std::string bias() const { return tensor(at.name + ".bias"); }
  /// A tensor of the layer's own: "running_mean".
  std::string own(const char* suffix) const { return tensor(at.name + "." + suffix); }
  /// A tensor of one value per feature or channel, in a shape that multiplies the layer's input.
  std::string per_channel(const char* suffix) const {
    const std::string name = at.name + "." + suffix;
    const ConstView values = weights.at(name);
    if (at.input.rank() == 1 || values.shape().rank() > 1) return graph.constant(name, values);
    Shape shape{values.size()};
    while (shape.rank() < at.input.rank()) shape.push_back(1);
    return graph.constant(name, values.reshaped(shape));
  }
  /// Whether the weight is the transpose of the encoder's.
  bool is_tied() const { return at.layer.weight()->name != at.name + ".weight"; }
  float parameter() const { return static_cast<float>(at.layer.activation(at.context)->parameter); }

 private:
  std::string tensor(const std::string& name) const { return graph.constant(name, weights.at(name)); }
};

std::string dense(const LayerContext& p, const std::string& x) {
  const std::string rows = p.at.input.rank() == 1 ? x : p.graph.node("Flatten", {x});
  return p.graph.node(p.op, {rows, p.weight(), p.bias()}, {{"transB", int64_t{!p.is_tied()}}});
}

/// Sizes along the axes of the layer's input: two for images, one for series.
std::vector<int64_t> along_axes(const LayerContext& p, const PerAxis& sizes) {
  if (p.at.input.rank() == 2) return {sizes.columns};
  return {sizes.rows, sizes.columns};
}

/// Zeros behind the image. Negative where the stride leaves elements unused, or where the output of a transposed
/// convolution has more than its kernels reach.
PerAxis padding_behind(const ConvGeometry& g) {
  const auto behind = [](int64_t out, int64_t stride, int64_t kernel, int64_t dilation, int64_t in, int64_t before) {
    return (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before;
  };
  return {behind(g.out_height, g.stride.rows, g.kernel.rows, g.dilation.rows, g.in_height, g.padding.rows),
          behind(g.out_width, g.stride.columns, g.kernel.columns, g.dilation.columns, g.in_width, g.padding.columns)};
}

/// With the zeros of the geometry before the image and `behind` zeros, if any, behind it.
OnnxGraph::Attributes window_attributes(const LayerContext& p, const ConvGeometry& g, const PerAxis& behind) {
  std::vector<int64_t> pads = along_axes(p, g.padding);
  for (const int64_t n : along_axes(p, behind)) pads.push_back(std::max<int64_t>(0, n));
  return {{"kernel_shape", along_axes(p, g.kernel)}, {"strides", along_axes(p, g.stride)}, {"pads", pads}};
}

/// Of a convolution or its transpose.
void add_dilation_and_groups(const LayerContext& p, const ConvGeometry& g, OnnxGraph::Attributes& attributes) {
  if (g.dilation != 1) attributes.push_back({"dilations", along_axes(p, g.dilation)});
  if (g.groups > 1) attributes.push_back({"group", g.groups});
}

ConvGeometry convolution_of(const LayerContext& p) { return convolution_geometry(p.at.config, p.at.input, p.at.name); }

std::string convolution(const LayerContext& p, const std::string& x) {
  const ConvGeometry g = convolution_of(p);
  const bool is_same = std::get<ConvConfig>(p.at.config.options).padding.same;
  auto attributes = window_attributes(p, g, is_same ? padding_behind(g) : g.padding);
  add_dilation_and_groups(p, g, attributes);
  return p.graph.node(p.op, {x, p.weight(), p.bias()}, attributes);
}

std::string transposed_convolution(const LayerContext& p, const std::string& x) {
  const ConvGeometry g = convolution_of(p);
  const auto& o = std::get<ConvConfig>(p.at.config.options);
  const PerAxis behind = o.padding.same ? padding_behind(g) : g.padding;
  auto attributes = window_attributes(p, g, behind);
  const PerAxis added = o.padding.same
                            ? PerAxis(std::max<int64_t>(0, -behind.rows), std::max<int64_t>(0, -behind.columns))
                            : PerAxis(o.output_padding[0], o.output_padding[1]);
  attributes.push_back({"output_padding", along_axes(p, added)});
  add_dilation_and_groups(p, g, attributes);
  return p.graph.node(p.op, {x, p.weight(), p.bias()}, attributes);
}

std::string pool(const LayerContext& p, const std::string& x) {
  const ConvGeometry g = pooling_geometry(p.at.config, p.at.input, p.at.name);
  auto attributes = window_attributes(p, g, g.padding);
  if (p.at.config.kind.starts_with("avg")) attributes.push_back({"count_include_pad", int64_t{1}});
  return p.graph.node(p.op, {x}, attributes);
}

/// Resize takes the nearest element by default, and centres elements at halves (PyTorch's align_corners=False).
std::string upsample(const LayerContext& p, const std::string& x) {
  const auto& o = std::get<UpsampleConfig>(p.at.config.options);
  std::vector<float> scales = {1, 1};
  scales.resize(static_cast<size_t>(p.at.input.rank()) + 1, static_cast<float>(o.factor));
  const Shape shape{static_cast<int64_t>(scales.size())};
  OnnxGraph::Attributes attributes;
  if (is_linear(o)) attributes.push_back({"mode", std::string("linear")});
  return p.graph.node(p.op, {x, "", p.graph.constant(p.at.name + ".scales", scales, shape)}, attributes);
}

std::string with_last_axes_swapped(const LayerContext& p, const std::string& x) {
  return p.graph.node("Transpose", {x}, {{"perm", std::vector<int64_t>{0, 2, 1}}});
}

/// A row of time steps, channels last, as channels × length.
std::string series(const LayerContext& p, const std::string& x) {
  const Shape& s = p.at.layer.output();
  return with_last_axes_swapped(p, p.graph.node(p.op, {x, p.graph.integers({0, s[1], s[0]})}));
}

std::string steps(const LayerContext& p, const std::string& x) {
  return p.graph.node(p.op, {with_last_axes_swapped(p, x)});
}

std::string reshape(const LayerContext& p, const std::string& x) {
  std::vector<int64_t> shape = {0};  // 0: the same number of rows
  for (const int64_t size : p.at.layer.output()) shape.push_back(size);
  return p.graph.node(p.op, {x, p.graph.integers(shape)});
}

/// The mean: the first half of the features.
std::string gaussian(const LayerContext& p, const std::string& x) {
  const std::string rows = p.at.input.rank() == 1 ? x : p.graph.node("Flatten", {x});
  return p.graph.node(
      p.op, {rows, p.graph.integers({0}), p.graph.integers({p.at.layer.output().size()}), p.graph.integers({1})});
}

std::string plain(const LayerContext& p, const std::string& x) { return p.graph.node(p.op, {x}); }

std::string with_alpha(const LayerContext& p, const std::string& x) {
  return p.graph.node(p.op, {x}, {{"alpha", p.parameter()}});
}

/// z·(1 + erf(z/√2))/2.
std::string gelu(const LayerContext& p, const std::string& z) {
  const auto number = [&](const char* name, double value) {
    return p.graph.constant(name, {static_cast<float>(value)}, {1});
  };
  const auto node = [&](const char* op, const std::string& a, const std::string& b) {
    return p.graph.node(op, {a, b});
  };
  const std::string erf = p.graph.node(p.op, {node("Mul", z, number("sqrt_half", std::numbers::sqrt2 / 2))});
  return node("Mul", node("Mul", z, number("half", 0.5)), node("Add", erf, number("one", 1)));
}

/// z·sigmoid(z).
std::string silu(const LayerContext& p, const std::string& z) {
  return p.graph.node("Mul", {z, p.graph.node(p.op, {z})});
}

std::string prelu(const LayerContext& p, const std::string& z) {
  return p.graph.node(p.op, {z, p.per_channel("weight")});
}

float epsilon_of(const LayerContext& p) {
  const double epsilon = std::get<NormConfig>(p.at.config.options).epsilon;
  return static_cast<float>(epsilon > 0 ? epsilon : 1e-5);
}

std::string batch_norm(const LayerContext& p, const std::string& x) {
  return p.graph.node(p.op, {x, p.own("weight"), p.own("bias"), p.own("running_mean"), p.own("running_var")},
                      {{"epsilon", epsilon_of(p)}});
}

/// Each group as a channel of an InstanceNormalization, as PyTorch exports it; layer_norm has one group.
std::string group_norm(const LayerContext& p, const std::string& x) {
  const int64_t groups = std::max<int64_t>(1, std::get<NormConfig>(p.at.config.options).groups);
  const std::string rows = p.graph.node("Reshape", {x, p.graph.integers({0, groups, -1})});
  const std::vector<float> ones(static_cast<size_t>(groups), 1), zeros(ones.size(), 0);
  const std::string scale = p.graph.constant(fmt::format("ones.{}", groups), ones, {groups});
  const std::string shift = p.graph.constant(fmt::format("zeros.{}", groups), zeros, {groups});
  const std::string normalised = p.graph.node(p.op, {rows, scale, shift}, {{"epsilon", epsilon_of(p)}});
  std::vector<int64_t> shape = {0};  // 0: the same number of rows
  for (const int64_t size : p.at.input) shape.push_back(size);
  const std::string back = p.graph.node("Reshape", {normalised, p.graph.integers(shape)});
  return p.graph.node("Add", {p.graph.node("Mul", {back, p.per_channel("weight")}), p.per_channel("bias")});
}

/// TopK selects the first of equal values, here and in ONNX. So it must see the units in the network's memory order.
std::string topk(const LayerContext& p, const std::string& z) {
  const Shape& s = p.at.layer.output();
  const bool is_flat = s.rank() == 1, is_transposed = p.at.channels_last && is_layered(s);
  using Axes = std::vector<int64_t>;
  const auto transposed = [&](const std::string& x, Axes perm) {
    return is_transposed ? p.graph.node("Transpose", {x}, {{"perm", std::move(perm)}}) : x;
  };
  const bool is_series = s.rank() == 2;
  const std::string ordered = transposed(z, is_series ? Axes{0, 2, 1} : Axes{0, 2, 3, 1});
  const std::string rows = is_flat ? ordered : p.graph.node("Flatten", {ordered});
  const std::string k = p.graph.integers({static_cast<int64_t>(p.at.layer.activation(p.at.context)->parameter)});
  const auto winners = p.graph.nodes(p.op, {rows, k}, {}, 2);
  const std::string zeros = p.graph.node("ConstantOfShape", {p.graph.node("Shape", {rows})});
  std::string kept = p.graph.node("ScatterElements", {zeros, winners[1], winners[0]}, {{"axis", int64_t{1}}});
  if (is_flat) return kept;
  std::vector<int64_t> image(s.begin(), s.end());
  if (is_transposed) std::rotate(image.begin(), image.begin() + 1, image.end());
  image.insert(image.begin(), 0);  // 0: the same number of rows
  return transposed(p.graph.node("Reshape", {kept, p.graph.integers(image)}),
                    is_series ? Axes{0, 2, 1} : Axes{0, 3, 1, 2});
}

struct Row {
  std::string_view kind;
  const char* op;
  std::string (*add)(const LayerContext&, const std::string& x);
};

/// Every kind of layer in nn/config.h.
constexpr std::array kTable = {
    Row{"dense", "Gemm", dense},
    Row{"conv2d", "Conv", convolution},
    Row{"conv1d", "Conv", convolution},
    Row{"conv_transpose2d", "ConvTranspose", transposed_convolution},
    Row{"conv_transpose1d", "ConvTranspose", transposed_convolution},
    Row{"max_pool2d", "MaxPool", pool},
    Row{"max_pool1d", "MaxPool", pool},
    Row{"avg_pool2d", "AveragePool", pool},
    Row{"avg_pool1d", "AveragePool", pool},
    Row{"upsample2d", "Resize", upsample},
    Row{"upsample1d", "Resize", upsample},
    Row{"reshape", "Reshape", reshape},
    Row{"series", "Reshape", series},
    Row{"steps", "Flatten", steps},
    Row{"identity", "Identity", plain},
    Row{"sigmoid", "Sigmoid", plain},
    Row{"tanh", "Tanh", plain},
    Row{"relu", "Relu", plain},
    Row{"softplus", "Softplus", plain},
    Row{"leaky_relu", "LeakyRelu", with_alpha},
    Row{"elu", "Elu", with_alpha},
    Row{"gelu", "Erf", gelu},
    Row{"topk", "TopK", topk},
    Row{"gaussian", "Slice", gaussian},
    Row{"silu", "Sigmoid", silu},
    Row{"prelu", "PRelu", prelu},
    Row{"batch_norm", "BatchNormalization", batch_norm},
    Row{"layer_norm", "InstanceNormalization", group_norm},
    Row{"group_norm", "InstanceNormalization", group_norm},
    Row{"dropout", "Identity", plain},
};

}  // namespace

std::string add_layer(OnnxGraph& graph, const OnnxLayer& layer, const std::map<std::string, ConstView>& weights,
                      const std::string& x) {
  for (const Row& row : kTable)
    if (row.kind == layer.config.kind) return row.add({graph, layer, weights, row.op}, x);
  fail("{}: a {} layer cannot be exported to ONNX", layer.name, layer.config.kind);
}

}  // namespace hourglass
