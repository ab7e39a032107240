#include "hourglass/objective/penalty.h"

#include "hourglass/objective/contractive.h"
#include "hourglass/objective/hessian.h"
#include "hourglass/objective/sparse_kl.h"
#include "hourglass/objective/sparse_l1.h"
#include "hourglass/objective/weight_decay.h"

namespace hourglass {

std::vector<int> penalized_layers(const Network& network, const std::string& on) {
  if (on == "code") return {network.code_end() - 1};
  std::vector<int> layers;
  for (int i = 0; i < network.layers(); ++i)
    if (network.layer(i).activation()) layers.push_back(i);
  if (layers.empty()) fail("on = \"hidden\": the network has no activation layer");
  return layers;
}

std::vector<WeightedPenalty> make_penalties(const ObjectiveConfig& c, const Network& network, uint64_t seed) {
  std::vector<WeightedPenalty> all;
  if (c.contractive)
    all.push_back({std::make_unique<Contractive>(*c.contractive, network, seed), c.contractive->weight});
  if (c.hessian) all.push_back({std::make_unique<Hessian>(*c.hessian, network, seed), c.hessian->weight});
  if (c.sparse_kl) all.push_back({std::make_unique<SparseKl>(*c.sparse_kl, network), c.sparse_kl->weight});
  if (c.sparse_l1) all.push_back({std::make_unique<SparseL1>(*c.sparse_l1, network), c.sparse_l1->weight});
  if (c.weight_decay) all.push_back({std::make_unique<WeightDecay>(network), c.weight_decay->weight});
  return all;
}

}  // namespace hourglass
