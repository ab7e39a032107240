#include "hourglass/app/sampling.h"

#include <array>

#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/noise.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

namespace {

uint32_t existing_row(const Dataset& data, int64_t row) {
  if (row < 0 || row >= data.rows())
    fail("{}: no row {}, the last of {} rows is {}", data.name, row, data.rows(), data.rows() - 1);
  return static_cast<uint32_t>(row);
}

}  // namespace

Tensor prior_codes(const TrainedModel& model, int64_t count, double temperature, uint64_t seed) {
  const Layer& code = model.autoencoder.network().code();
  if (!code.is_gaussian() && !model.recipe.objective.mmd)
    fail(
        "the model has no prior to draw codes from: its encoder does not end in {{ gaussian = H }}, and its objective "
        "has no mmd; decode makes samples of given codes, interpolate of codes between two rows");
  Tensor codes(model.autoencoder.theta().dtype(), code.output().batch(count));
  fill_normal(Random(seed, Stream::prior), 0, {}, 0, codes);
  ops::scale(temperature, codes);
  return codes;
}

Tensor interpolated_codes(const Inference& inference, const Dataset& data, int64_t from, int64_t to, int64_t steps) {
  const std::array rows = {existing_row(data, from), existing_row(data, to)};
  const Shape& code = inference.model().network().code().output();
  Tensor ends(inference.model().theta().dtype(), code.batch(2)), codes(ends.dtype(), code.batch(steps));
  inference.encode(data, rows, ends);
  for (int64_t i = 0; i < steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps - 1);
    const View between = codes.view().slice(i, 1);
    ops::add_scaled(1 - share, ends.view().slice(0, 1), between);
    ops::add_scaled(share, ends.view().slice(1, 1), between);
  }
  return codes;
}

ModelOutput drawn_codes(const Inference& inference, const Dataset& data, uint64_t seed) {
  if (!inference.model().network().code().is_gaussian())
    fail("the code of a row has no distribution to draw from: the encoder does not end in {{ gaussian = H }}");
  ModelOutput codes = encoded(inference, data);
  codes.compute = [&inference, &data, seed](int64_t first, View out) {
    const std::vector<uint32_t> rows = consecutive_rows(first, out.rows());
    const auto draw = [&](const Inference::Chunk& chunk) {
      Tensor noise(out.dtype(), chunk.code().shape());
      const auto ids = std::span(rows).subspan(chunk.first, chunk.rows);
      fill_normal(Random(seed, Stream::code), 0, ids, 0, noise);
      ops::gaussian_sample(chunk.value(chunk.network.code_end() - 2), noise, out.slice(chunk.first, chunk.rows));
    };
    inference.encode(data, rows, draw, Mode::encoding);
  };
  return codes;
}

}  // namespace hourglass
