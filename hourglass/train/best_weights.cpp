#include "hourglass/train/best_weights.h"

#include "hourglass/tensor/copy.h"

namespace hourglass {

void BestWeights::update(int64_t epoch, double loss, ConstView theta) {
  if (best_.epoch > 0 && !(loss < best_.loss - config_.min_delta)) return;
  best_ = {epoch, loss};
  copy(theta, weights_);
}

}  // namespace hourglass
