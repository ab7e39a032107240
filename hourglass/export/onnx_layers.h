#pragma once

#include <map>
#include <string>

#include "hourglass/export/onnx_graph.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layer.h"

namespace hourglass {

/// A recipe's list entry and the layer it became.
struct OnnxLayer {
  const LayerConfig& config;
  const Layer& layer;
  std::string name;    ///< "encoder.2"
  Shape input;         ///< of one sample
  bool channels_last;  ///< how the network holds the layer's images
  PassContext context;
};

/// Adds what the layer makes of `x`, an image channels-first; the name of the result. `weights` are the model's, by
/// name.
std::string add_layer(OnnxGraph& graph, const OnnxLayer& layer, const std::map<std::string, ConstView>& weights,
                      const std::string& x);

}  // namespace hourglass
