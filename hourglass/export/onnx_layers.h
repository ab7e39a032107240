#pragma once

#include <map>
#include <string>

#include "hourglass/export/onnx_graph.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"

namespace hourglass {

/// A layer of a recipe and the network's layer that implements it.
struct OnnxLayer {
  const LayerConfig& config;
  const Layer& layer;
  std::string name;    ///< "encoder.2"
  Shape input;         ///< shape of one sample
  bool channels_last;  ///< memory layout of images in the network
  PassContext context;
};

/// Adds the nodes of a layer with input `x` (images channels-first) and returns the name of the result. `weights` maps
/// names to the model's tensors. Throws Error for a layer that ONNX has no node for.
std::string add_layer(OnnxGraph& graph, const OnnxLayer& layer, const std::map<std::string, ConstView>& weights,
                      const std::string& x);

}  // namespace hourglass
