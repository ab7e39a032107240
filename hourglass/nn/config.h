#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// Options of an element-wise activation.
struct ActivationConfig {
  double parameter = 0.0;  ///< leaky_relu: slope (0.01), elu: alpha (1.0)
  bool operator==(const ActivationConfig&) const = default;
};

/// Options of dense.
struct DenseConfig {
  int64_t units = 0;
  int64_t divisor = 0;  ///< units are the input's features over this, rounded up. 0 = `units` says how many
  bool operator==(const DenseConfig&) const = default;
};

void fields(auto& v, DenseConfig& c) {
  v.value_or_share(c.units, c.divisor, between(1, 1 << 20),
                   "units, or a fraction of the number of features; flattens an image");
}

/// Options of conv2d and conv_transpose2d.
struct ConvConfig {
  int64_t channels = 0;  ///< of the output
  int64_t kernel = 0;    ///< side of the square kernel
  int64_t stride = 0;    ///< 0 = 1
  int64_t padding = 0;
  std::array<int64_t, 2> output_padding = {};  ///< conv_transpose2d: (rows, columns) added to the output
  bool operator==(const ConvConfig&) const = default;
};

void fields(auto& v, ConvConfig& c) {
  v.value(c.channels, between(1, 1 << 20), "output channels");
  v.needs("kernel");
  v.field("kernel", c.kernel, between(1, 1024), "side of the square kernel");
  v.field_if_given("stride", c.stride, between(1, 1024), "default 1");
  v.field_if_given("padding", c.padding, between(0, 1023), "zeros around the image, default 0");
}

/// Options of max_pool2d.
struct MaxPoolConfig {
  int64_t window = 0;  ///< side of the square window
  int64_t stride = 0;  ///< 0 = the window
  int64_t padding = 0;
  bool operator==(const MaxPoolConfig&) const = default;
};

void fields(auto& v, MaxPoolConfig& c) {
  v.value(c.window, between(1, 1024), "side of the square window");
  v.field_if_given("stride", c.stride, between(1, 1024), "default: the window");
  v.field_if_given("padding", c.padding, between(0, 1023), "zeros around the image, default 0");
}

/// Options of upsample2d.
struct UpsampleConfig {
  int64_t factor = 0;  ///< of height and width
  bool operator==(const UpsampleConfig&) const = default;
};

/// Options of reshape.
struct ReshapeConfig {
  std::vector<int64_t> sizes;  ///< (units), or (channels, height, width)
  bool operator==(const ReshapeConfig&) const = default;
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

/// One entry of a recipe's layer list. `kind` is the key ("dense", "conv2d", "leaky_relu", "relu", …).
struct LayerConfig {
  std::string kind;
  std::variant<ActivationConfig, DenseConfig, ConvConfig, MaxPoolConfig, TopKConfig, UpsampleConfig, ReshapeConfig,
               NormConfig, DropoutConfig, PreluConfig>
      options = {};
  bool operator==(const LayerConfig&) const = default;
};

void kinds(auto& v, LayerConfig& c) {
  // Options of the layer if it has this kind, otherwise null.
  const auto options = [&]<class T>(const char* name, T defaults) {
    if (!v.kind(name, c.kind)) return static_cast<T*>(nullptr);
    if (!std::holds_alternative<T>(c.options)) c.options = defaults;
    return std::get_if<T>(&c.options);
  };
  if (auto* o = options("dense", DenseConfig())) fields(v, *o);
  if (auto* o = options("conv2d", ConvConfig())) fields(v, *o);
  if (auto* o = options("conv_transpose2d", ConvConfig())) {
    fields(v, *o);
    v.field_if_given(
        "output_padding", o->output_padding, between(0, 1023),
        "rows and columns added at the bottom and right, less than the stride: one number, or [rows, columns]");
  }
  if (auto* o = options("max_pool2d", MaxPoolConfig())) fields(v, *o);
  if (auto* o = options("upsample2d", UpsampleConfig()))
    v.value(o->factor, between(1, 1024), "every pixel becomes so many rows and columns (mode nearest)");
  if (auto* o = options("reshape", ReshapeConfig()))
    v.value(o->sizes, between(1, 1 << 20), "[units], or [channels, height, width]; the order is channels first");
  for (const char* name : {"identity", "sigmoid", "tanh", "relu", "softplus", "gelu", "silu"})
    options(name, ActivationConfig());
  if (auto* o = options("leaky_relu", ActivationConfig())) v.value_or(o->parameter, 0.01, above(0), "slope below zero");
  if (auto* o = options("topk", TopKConfig())) fields(v, *o);
  if (auto* o = options("elu", ActivationConfig())) v.value_or(o->parameter, 1.0, above(0), "alpha");
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

/// Initialisation of weights. pytorch: weights and biases U(±1/√fan_in). xavier: U(±√(6/(fan_in+fan_out))).
/// he: N(0, 2/fan_in). normal: N(0, std²). These three initialise biases with zero. pca: as pytorch, then the network
/// is made to compute the principal components of the training rows (eval/pca_init.h).
enum class InitKind { pytorch, xavier, he, normal, pca };
template <>
inline const std::vector<std::string> kNames<InitKind> = {"pytorch", "xavier", "he", "normal", "pca"};

struct InitConfig {
  InitKind kind = InitKind::pytorch;
  double std = 0.0;  ///< normal only

  bool operator==(const InitConfig&) const = default;
};

void kinds(auto& v, InitConfig& c) {
  for (const InitKind kind : {InitKind::pytorch, InitKind::xavier, InitKind::he}) v.kind(kind, c.kind);
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
  v.list("decoder", "layer", c.decoder, "layers from the code to the reconstruction");
  v.check(!c.decoder.empty(), "decoder: expected at least one layer");
  v.field("tied", c.tied, Anything{}, "decoder weights are the transposed encoder weights");
  v.choice("init", c.init, "initial weights");
}

}  // namespace hourglass
