#include "hourglass/eval/samples.h"

#include <algorithm>
#include <cstring>

#include "hourglass/model/inference.h"

namespace hourglass {

SampleReconstructions reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                                          int64_t rows) {
  const Dataset first = data.slice(0, std::min(rows, data.rows()));
  const Inference inference(model, 1, first.rows());
  const auto disturb = [&](ConstView clean, std::span<const uint32_t> ids, View input) {
    corruption.apply(clean, 0, ids, input);
  };
  SampleReconstructions s;
  const auto copy = [](ConstView v) {
    Tensor t(v.dtype(), {v.rows(), v.columns()});
    std::memcpy(t.view().bytes(), v.bytes(), static_cast<size_t>(v.size() * size_of(v.dtype())));
    return t;
  };
  inference.reconstruct(
      first,
      [&](const Inference::Chunk& chunk) {
        s.clean = copy(chunk.clean);
        if (corruption.is_active()) s.noisy = copy(chunk.input);
        s.reconstruction = copy(chunk.reconstruction());
      },
      corruption.is_active() ? Inference::Disturb(disturb) : Inference::Disturb());
  return s;
}

}  // namespace hourglass
