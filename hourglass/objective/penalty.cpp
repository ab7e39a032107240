#include "hourglass/objective/penalty.h"

#include <algorithm>

#include "hourglass/objective/contractive.h"
#include "hourglass/objective/gaussian_kl.h"
#include "hourglass/objective/hessian.h"
#include "hourglass/objective/mmd.h"
#include "hourglass/objective/sparse_kl.h"
#include "hourglass/objective/sparse_l1.h"
#include "hourglass/objective/weight_decay.h"

namespace hourglass {

std::vector<PenalizedLayer> penalized_layers(const Network& network, PenalizedLayers on, UnitReduction reduction) {
  std::vector<PenalizedLayer> layers;
  int64_t first = 0;
  for (int i = 0; i < network.layers(); ++i) {
    const Layer& layer = network.layer(i);
    if (on == PenalizedLayers::code ? &layer != &network.code() : !layer.activation()) continue;
    const int64_t units = layer.output().size();
    layers.push_back({i, first, units, reduction == UnitReduction::mean ? 1.0 / static_cast<double>(units) : 1.0});
    first += units;
  }
  if (layers.empty()) fail("on = \"hidden\": the network has no activation layer");
  return layers;
}

const PenalizedLayer* find_layer(const std::vector<PenalizedLayer>& layers, int layer) {
  const auto found = std::ranges::find(layers, layer, &PenalizedLayer::layer);
  return found == layers.end() ? nullptr : &*found;
}

std::vector<WeightedPenalty> make_penalties(const ObjectiveConfig& c, const Network& network, uint64_t seed) {
  std::vector<WeightedPenalty> all;
  if (c.contractive)
    all.push_back({std::make_unique<Contractive>(*c.contractive, network, seed), c.contractive->weight});
  if (c.hessian) all.push_back({std::make_unique<Hessian>(*c.hessian, network, seed), c.hessian->weight});
  if (c.gaussian_kl) all.push_back({std::make_unique<GaussianKl>(*c.gaussian_kl, network), c.gaussian_kl->weight});
  if (c.mmd) all.push_back({std::make_unique<Mmd>(*c.mmd, network), c.mmd->weight});
  if (c.sparse_kl) all.push_back({std::make_unique<SparseKl>(*c.sparse_kl, network), c.sparse_kl->weight});
  if (c.sparse_l1) all.push_back({std::make_unique<SparseL1>(*c.sparse_l1, network), c.sparse_l1->weight});
  if (c.weight_decay) all.push_back({std::make_unique<WeightDecay>(network), c.weight_decay->weight});
  return all;
}

std::vector<std::string> penalty_names(const ObjectiveConfig& config, const Network& network) {
  std::vector<std::string> names;
  for (const auto& [penalty, weight] : make_penalties(config, network, 0)) names.emplace_back(penalty->name());
  return names;
}

}  // namespace hourglass
