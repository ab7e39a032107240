#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// Initialisation of weights. pytorch: weights and biases U(±1/√fan_in). xavier: U(±√(6/(fan_in+fan_out))).
/// xavier_normal: N(0, 2/(fan_in+fan_out)) (Glorot & Bengio 2010). he: N(0, 2/fan_in). he_uniform: U(±√(6/fan_in)) (He
/// et al. 2015). orthogonal: orthonormal rows or columns (nn/orthogonal.h). normal: N(0, std²). These initialise biases
/// with zero. pca: as pytorch, then the network is made to compute the principal components of the training rows
/// (eval/pca_init.h).
enum class InitKind { pytorch, xavier, xavier_normal, he, he_uniform, orthogonal, normal, pca };
template <>
inline const std::vector<std::string> kNames<InitKind> = {"pytorch",    "xavier",     "xavier_normal", "he",
                                                          "he_uniform", "orthogonal", "normal",        "pca"};

/// What a layer may have of its own, whatever model.init is: the kinds without a number.
inline const OneOf kLayerInits{{"pytorch", "xavier", "xavier_normal", "he", "he_uniform", "orthogonal"}};
inline constexpr const char* kLayerInitHelp = "initial weights of this layer; default: model.init";

/// Options of an element-wise activation.
struct ActivationConfig {
  double parameter = 0.0;  ///< leaky_relu: slope (0.01), elu: alpha (1.0)
  bool operator==(const ActivationConfig&) const = default;
};

/// Options of dense.
struct DenseConfig {
  int64_t units = 0;
  int64_t divisor = 0;  ///< units are the input's features over this, rounded up. 0 = `units` says how many
  std::optional<InitKind> init = {};
  bool operator==(const DenseConfig&) const = default;
};

void fields(auto& v, DenseConfig& c) {
  v.value_or_share(c.units, c.divisor, between(1, 1 << 20),
                   "units, or a fraction of the number of features; flattens an image");
  v.field_if_given("init", c.init, kLayerInits, kLayerInitHelp);
}

/// Zeros around the input of a convolution: so many at each end of an axis, or ("same") as many as a size needs that
/// depends on the stride alone.
struct Padding {
  int64_t zeros = 0;
  bool same = false;

  Padding(int64_t zeros_ = 0, bool same_ = false) : zeros(zeros_), same(same_) {}
  bool operator==(const Padding&) const = default;
};

/// Numbers of zeros that a recipe may give, or "same".
struct PaddingRange : Range {
  std::string text() const { return Range::text() + ", \"same\""; }
};

void read_value(const Value& v, std::string_view key, Padding& x, const PaddingRange& allowed);
Value plain_value(const Padding& x);

/// Options of conv2d, conv_transpose2d and, with one axis, conv1d and conv_transpose1d.
struct ConvConfig {
  int64_t channels = 0;  ///< of the output
  int64_t kernel = 0;    ///< elements along each axis
  int64_t stride = 0;    ///< 0 = 1
  Padding padding = 0;
  std::array<int64_t, 2> output_padding = {};  ///< of transposed convolutions: (rows, columns) added to the output
  int64_t dilation = 0;                        ///< 0 = 1
  int64_t groups = 0;                          ///< 0 = 1
  std::optional<InitKind> init = {};
  bool operator==(const ConvConfig&) const = default;
};

void fields(auto& v, ConvConfig& c) {
  v.value(c.channels, between(1, 1 << 20), "output channels");
  v.needs("kernel");
  v.field("kernel", c.kernel, between(1, 1024), "elements along each axis");
  v.field_if_given("stride", c.stride, between(1, 1024), "default 1");
  v.field_if_given("padding", c.padding, PaddingRange{between(0, 1023)},
                   "zeros at each end of an axis, default 0; same: output size = input size / stride, rounded up "
                   "(transposed: input size · stride)");
  v.field_if_given("dilation", c.dilation, between(1, 1024), "distance of the kernel's elements, default 1");
  v.field_if_given("groups", c.groups, between(1, 1 << 20),
                   "groups of channels that are convolved apart, default 1; depthwise: as many as channels");
  v.field_if_given("init", c.init, kLayerInits, kLayerInitHelp);
}

/// Options of max_pool2d, avg_pool2d and, with one axis, max_pool1d and avg_pool1d.
struct PoolConfig {
  int64_t window = 0;  ///< elements along each axis
  int64_t stride = 0;  ///< 0 = the window
  int64_t padding = 0;
  bool operator==(const PoolConfig&) const = default;
};

void fields(auto& v, PoolConfig& c) {
  v.value(c.window, between(1, 1024), "elements of a window along each axis");
  v.field_if_given("stride", c.stride, between(1, 1024), "default: the window");
  v.field_if_given("padding", c.padding, between(0, 1023), "zeros at each end of an axis, default 0");
}

/// Options of upsample2d and upsample1d.
struct UpsampleConfig {
  int64_t factor = 0;     ///< of each axis
  std::string mode = {};  ///< "bilinear", in one dimension "linear"; otherwise nearest
  bool operator==(const UpsampleConfig&) const = default;
};

inline bool is_linear(const UpsampleConfig& c) { return !c.mode.empty() && c.mode != "nearest"; }

void fields(auto& v, UpsampleConfig& c, const std::string& linear) {
  v.value(c.factor, between(1, 1024), "how many times larger each axis becomes");
  v.field_if_given("mode", c.mode, OneOf{{"nearest", linear}}, "default nearest, which repeats every element");
}

/// Options of reshape.
struct ReshapeConfig {
  std::vector<int64_t> sizes;  ///< (units), (channels, length), or (channels, height, width)
  bool operator==(const ReshapeConfig&) const = default;
};

/// Options of gaussian.
struct GaussianConfig {
  int64_t units = 0;  ///< of the code; the input has twice as many features
  bool operator==(const GaussianConfig&) const = default;
};

/// Options of series.
struct SeriesConfig {
  int64_t channels = 0;  ///< values of one time step
  bool operator==(const SeriesConfig&) const = default;
};

/// Options of topk.
struct TopKConfig {
  int64_t k = 0;
  int64_t from = 0;    ///< k at the start; decreases linearly to k over the first half of a run. 0 = k
  double alpha = 0.0;  ///< `encode` uses alpha·k units. 0 = k
  bool operator==(const TopKConfig&) const = default;
};

void fields(auto& v, TopKConfig& c) {
  v.value(c.k, between(1, 1 << 20), "units of each row that stay non-zero");
  v.field_if_given("from", c.from, between(1, 1 << 20),
                   "k at the start; decreases linearly over the first half of the run");
  v.field_if_given("alpha", c.alpha, above(0), "encode uses alpha·k units");
}

/// Options of batch_norm, layer_norm and group_norm.
struct NormConfig {
  double momentum = 0;  ///< batch_norm: of the running averages
  int64_t groups = 0;   ///< group_norm
  double epsilon = 0;   ///< added to the variance. 0 = 1e-5
  bool operator==(const NormConfig&) const = default;
};

/// Options of dropout.
struct DropoutConfig {
  double probability = 0;
  bool operator==(const DropoutConfig&) const = default;
};

/// Options of prelu.
struct PreluConfig {
  double slope = 0;          ///< below zero, of fresh weights
  bool per_channel = false;  ///< a slope for each feature or channel
  bool operator==(const PreluConfig&) const = default;
};

struct LayerConfig;

/// Options of residual: the output is that of the layers `residual` plus that of the layers `shortcut`.
struct ResidualConfig {
  std::vector<LayerConfig> residual;
  std::vector<LayerConfig> shortcut;  ///< empty: the input itself
  bool operator==(const ResidualConfig&) const;
};

/// One entry of a recipe's layer list. `kind` is the key ("dense", "conv2d", "leaky_relu", "relu", …).
struct LayerConfig {
  std::string kind;
  std::variant<ActivationConfig, DenseConfig, ConvConfig, PoolConfig, TopKConfig, UpsampleConfig, ReshapeConfig,
               SeriesConfig, ResidualConfig, GaussianConfig, NormConfig, DropoutConfig, PreluConfig>
      options = {};
  bool operator==(const LayerConfig&) const = default;
};

inline bool ResidualConfig::operator==(const ResidualConfig&) const = default;

/// Calls visit(name, layer) for every layer of a list called `part`, and for the layers inside a residual after it:
/// "encoder.2", "encoder.2.residual.0", "encoder.2.shortcut.0".
template <class Layers, class Visit>
void visit_layers(Layers& layers, const std::string& part, const Visit& visit) {
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string name = part + "." + std::to_string(i);
    visit(name, layers[i]);
    if (auto* o = std::get_if<ResidualConfig>(&layers[i].options)) {
      visit_layers(o->residual, name + ".residual", visit);
      visit_layers(o->shortcut, name + ".shortcut", visit);
    }
  }
}

void kinds(auto& v, LayerConfig& c) {
  // Options of the layer if it has this kind, otherwise null.
  const auto options = [&]<class T>(const char* name, T defaults) {
    if (!v.kind(name, c.kind)) return static_cast<T*>(nullptr);
    if (!std::holds_alternative<T>(c.options)) c.options = defaults;
    return std::get_if<T>(&c.options);
  };
  if (auto* o = options("dense", DenseConfig())) fields(v, *o);
  for (const char* name : {"conv2d", "conv1d"})
    if (auto* o = options(name, ConvConfig())) fields(v, *o);
  if (auto* o = options("conv_transpose2d", ConvConfig())) {
    fields(v, *o);
    v.field_if_given(
        "output_padding", o->output_padding, between(0, 1023),
        "rows and columns added at the bottom and right, less than the stride: one number, or [rows, columns]");
  }
  if (auto* o = options("conv_transpose1d", ConvConfig())) {
    fields(v, *o);
    v.field_if_given("output_padding", o->output_padding[1], between(0, 1023),
                     "elements added at the end, less than the stride");
  }
  for (const char* name : {"max_pool2d", "max_pool1d", "avg_pool2d", "avg_pool1d"})
    if (auto* o = options(name, PoolConfig())) fields(v, *o);
  if (auto* o = options("upsample2d", UpsampleConfig())) fields(v, *o, "bilinear");
  if (auto* o = options("upsample1d", UpsampleConfig())) fields(v, *o, "linear");
  if (auto* o = options("reshape", ReshapeConfig()))
    v.value(o->sizes, between(1, 1 << 20),
            "[units], [channels, length], or [channels, height, width]; the order is channels first");
  if (auto* o = options("gaussian", GaussianConfig()))
    v.value(o->units, between(1, 1 << 20),
            "units of the code, drawn in training from N(μ, σ²): the input has μ, then ln σ²; ends the encoder");
  if (auto* o = options("series", SeriesConfig()))
    v.value(o->channels, between(1, 1 << 20), "a row of time steps with so many values each, as channels × length");
  options("steps", ActivationConfig());
  for (const char* name : {"identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu"})
    options(name, ActivationConfig());
  if (auto* o = options("leaky_relu", ActivationConfig())) v.value_or(o->parameter, 0.01, above(0), "slope below zero");
  if (auto* o = options("topk", TopKConfig())) fields(v, *o);
  if (auto* o = options("elu", ActivationConfig())) v.value_or(o->parameter, 1.0, above(0), "alpha");
  if (auto* o = options("residual", ResidualConfig())) {
    v.list_value("layer", o->residual, "layers whose output is added to that of the shortcut");
    v.list_if_given("shortcut", "layer", o->shortcut, "layers beside them; without any, their input is added");
  }
  options("mirror", ActivationConfig());
  if (auto* o = options("prelu", PreluConfig())) {
    v.value_or(o->slope, 0.25, at_least(0), "slope below zero of fresh weights");
    v.field("per_channel", o->per_channel, Anything{}, "a slope for each feature or channel, not one for all");
  }
  if (auto* o = options("batch_norm", NormConfig())) {
    v.value_or(o->momentum, 0.1, Range{.low = 0, .high = 1, .low_open = true},
               "share of a batch in the running averages");
    v.field_if_given("epsilon", o->epsilon, above(0), "added to the variance, default 1e-5");
  }
  if (auto* o = options("layer_norm", NormConfig())) v.value_or(o->epsilon, 1e-5, above(0), "added to the variance");
  if (auto* o = options("group_norm", NormConfig())) {
    v.value(o->groups, between(1, 1 << 20), "groups of channels");
    v.field_if_given("epsilon", o->epsilon, above(0), "added to the variance, default 1e-5");
  }
  if (auto* o = options("dropout", DropoutConfig()))
    v.value_or(o->probability, 0.5, fraction(), "probability that an element is 0 in training");
}

/// The init that a layer has of its own.
inline std::optional<InitKind> own_init(const LayerConfig& layer) {
  if (const auto* dense = std::get_if<DenseConfig>(&layer.options)) return dense->init;
  if (const auto* conv = std::get_if<ConvConfig>(&layer.options)) return conv->init;
  return std::nullopt;
}

struct InitConfig {
  InitKind kind = InitKind::pytorch;
  double std = 0.0;  ///< normal only

  bool operator==(const InitConfig&) const = default;
};

void kinds(auto& v, InitConfig& c) {
  for (const std::string& name : kLayerInits.names) v.kind(*find_named<InitKind>(name), c.kind);
  if (v.kind(InitKind::normal, c.kind)) v.value(c.std, above(0), "standard deviation");
  v.kind(InitKind::pca, c.kind);
}

/// [model]
struct ModelConfig {
  std::vector<LayerConfig> encoder;
  std::vector<LayerConfig> decoder;
  bool tied = false;
  InitConfig init;

  bool operator==(const ModelConfig&) const = default;
};

void fields(auto& v, ModelConfig& c) {
  v.needs("encoder");
  v.list("encoder", "layer", c.encoder, "layers from the input to the code");
  v.check(!c.encoder.empty(), "encoder: expected at least one layer");
  v.needs("decoder");
  v.list("decoder", "layer", c.decoder,
         "layers from the code to the reconstruction; \"mirror\" stands for those that undo the encoder");
  v.check(!c.decoder.empty(), "decoder: expected at least one layer");
  v.field("tied", c.tied, Anything{}, "decoder weights are the transposed encoder weights");
  v.choice("init", c.init, "initial weights");
  const auto has_own_init = [](const LayerConfig& layer) { return own_init(layer).has_value(); };
  const bool has_own_inits =
      std::ranges::any_of(c.encoder, has_own_init) || std::ranges::any_of(c.decoder, has_own_init);
  v.check(c.init.kind != InitKind::pca || !has_own_inits,
          "init: pca sets the weights of every layer, so no layer may have an init of its own");
}

}  // namespace hourglass
