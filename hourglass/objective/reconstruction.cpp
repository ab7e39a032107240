#include "hourglass/objective/reconstruction.h"

namespace hourglass {

std::string_view name_of(Reconstruction loss) {
  switch (loss) {
    case Reconstruction::bce:
      return "bce";
    case Reconstruction::mse:
      return "mse";
    case Reconstruction::cross_entropy:
      return "cross_entropy";
  }
  return "";
}

Reconstruction reconstruction_of(const ObjectiveConfig& config, const Network& network) {
  if (config.reconstruction.empty()) return network.ends_in_sigmoid() ? Reconstruction::bce : Reconstruction::mse;
  for (const auto loss : {Reconstruction::mse, Reconstruction::cross_entropy})
    if (config.reconstruction == name_of(loss)) return loss;
  if (!network.ends_in_sigmoid())
    fail("[objective] reconstruction: bce needs a decoder that ends in \"sigmoid\"; add it, or use \"mse\"");
  return Reconstruction::bce;
}

}  // namespace hourglass
