#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// One entry of a recipe's layer list. `kind` is the key ("dense", "conv2d", "leaky_relu", "relu", …).
struct LayerConfig {
  std::string kind;
  int64_t size = 0;        ///< units (dense), output channels (convolutions), window (max_pool2d), k (topk)
  int64_t divisor = 0;     ///< dense: units are the input's features over this, rounded up. 0 = size says how many
  int64_t kernel = 0;      ///< convolutions: square kernel
  int64_t stride = 0;      ///< convolutions: 1 unless given; max_pool2d: the window unless given. 0 = not given
  int64_t padding = 0;     ///< convolutions and pooling
  double parameter = 0.0;  ///< leaky_relu: slope (0.01), elu: alpha (1.0)
  int64_t from = 0;        ///< topk: k at the start; decreases linearly to k over the first half of a run. 0 = k
  double alpha = 0.0;      ///< topk: `encode` uses alpha·k units. 0 = k

  bool operator==(const LayerConfig&) const = default;
};

template <class V>
void kinds(V& v, LayerConfig& c) {
  const auto stride_and_padding = [&](const char* default_stride) {
    v.field_if_given("stride", c.stride, between(1, 1024), default_stride);
    v.field_if_given("padding", c.padding, between(0, 1023), "zeros around the image, default 0");
  };
  const auto convolution = [&](const char* name) {
    if (!v.kind(name, c.kind)) return;
    v.value(c.size, between(1, 1 << 20), "output channels");
    v.needs("kernel");
    v.field("kernel", c.kernel, between(1, 1024), "side of the square kernel");
    stride_and_padding("default 1");
  };
  if (v.kind("dense", c.kind))
    v.value_or_share(c.size, c.divisor, between(1, 1 << 20),
                     "units, or a fraction of the number of features; flattens an image");
  convolution("conv2d");
  convolution("conv_transpose2d");
  if (v.kind("max_pool2d", c.kind)) {
    v.value(c.size, between(1, 1024), "side of the square window");
    stride_and_padding("default: the window");
  }
  for (const char* name : {"identity", "sigmoid", "tanh", "relu", "softplus", "gelu"}) v.kind(name, c.kind);
  if (v.kind("leaky_relu", c.kind)) v.value_or(c.parameter, 0.01, above(0), "slope below zero");
  if (v.kind("topk", c.kind)) {
    v.value(c.size, between(1, 1 << 20), "units of each row that stay non-zero");
    v.field_if_given("from", c.from, between(1, 1 << 20),
                     "k at the start; decreases linearly over the first half of the run");
    v.field_if_given("alpha", c.alpha, above(0), "encode uses alpha·k units");
  }
  if (v.kind("elu", c.kind)) v.value_or(c.parameter, 1.0, above(0), "alpha");
}

/// Initialisation of weights. pytorch: weights and biases U(±1/√fan_in). xavier: U(±√(6/(fan_in+fan_out))).
/// he: N(0, 2/fan_in). normal: N(0, std²). All except pytorch initialise biases with zero.
struct InitConfig {
  std::string kind = "pytorch";
  double std = 0.0;  ///< normal only

  bool operator==(const InitConfig&) const = default;
};

template <class V>
void kinds(V& v, InitConfig& c) {
  for (const char* name : {"pytorch", "xavier", "he"}) v.kind(name, c.kind);
  if (v.kind("normal", c.kind)) v.value(c.std, above(0), "standard deviation");
}

/// [model]
struct ModelConfig {
  std::vector<LayerConfig> encoder;
  std::vector<LayerConfig> decoder;
  bool tied = false;
  InitConfig init;

  bool operator==(const ModelConfig&) const = default;
};

template <class V>
void fields(V& v, ModelConfig& c) {
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
