#pragma once

#include <string>
#include <vector>

#include "hourglass/app/open.h"

namespace hourglass {

/// The network of a model or a recipe, without weights.
struct Architecture {
  Recipe recipe;
  Network network;
};

/// Opens a model as open_model does; or a recipe, which is a .toml file or a shipped recipe's name that no shipped
/// model has. A recipe's network is made for samples of its data, or of `source` if that is not empty.
Architecture open_architecture(const std::string& name, const std::string& source, const Notify& notify);

/// A layer of the network as its recipe writes it, with the layers of a mirrored decoder written out. A residual is
/// followed by the layers inside it.
struct LayerSummary {
  std::string name;   ///< "encoder.0", as its tensors are called
  std::string layer;  ///< as in the recipe: `{ dense = 128 }`; for a residual its kind alone
  Shape output;
  int64_t parameters = 0;
};

std::vector<LayerSummary> summarise_layers(const Architecture& architecture);

}  // namespace hourglass
