#include "hourglass/train/best_weights.h"

namespace hourglass {

void BestWeights::update(int64_t epoch, double loss, const Autoencoder& model) {
  const bool has_weights = best_.epoch > 0 || best_.loss > 0;
  if (has_weights && !(loss < best_.loss - config_.min_delta)) return;
  best_ = {epoch, loss};
  snapshot_.take(model);
}

}  // namespace hourglass
