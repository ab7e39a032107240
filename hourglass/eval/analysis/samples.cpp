#include "hourglass/eval/analysis/samples.h"

#include <algorithm>

#include "hourglass/model/inference.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

SampleReconstructions reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                                          int64_t rows) {
  const Dataset first = data.slice(0, std::min(rows, data.rows()));
  const Inference inference(model, 1, first.rows());
  const auto disturb = [&](ConstView clean, std::span<const uint32_t> ids, View input) {
    corruption.apply(clean, 0, ids, input);
  };
  SampleReconstructions s;
  const auto uncentred = [&](ConstView v) {
    Tensor t(v.dtype(), {v.rows(), v.columns()});
    copy(v, t);
    uncenter(model.scaler, t);
    return t;
  };
  inference.reconstruct(
      first,
      [&](const Inference::Chunk& chunk) {
        s.clean = uncentred(chunk.clean);
        if (corruption.is_active()) s.corrupted = uncentred(chunk.input);
        s.reconstruction = uncentred(chunk.reconstruction());
      },
      corruption.is_active() ? Inference::Disturb(disturb) : Inference::Disturb());
  return s;
}

}  // namespace hourglass
