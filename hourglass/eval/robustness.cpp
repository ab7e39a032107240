#include "hourglass/eval/robustness.h"

#include <cmath>

#include "hourglass/eval/row_moments.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

namespace {

/// Squared distances between corrupted and clean passes, summed over rows.
struct Displacements {
  double input = 0, reconstruction = 0, code = 0;
  RowMoments codes = {};

  void add(const Displacements& part) {
    input += part.input;
    reconstruction += part.reconstruction;
    code += part.code;
    codes.add(part.codes);
  }
};

double squared_distance(ConstView a, ConstView b) { return ops::squared_error(a, b.reshaped(a.shape()), 0, {}); }

}  // namespace

Robustness robustness(const MeasuredRows& rows, const CorruptionConfig& config) {
  MeasuredRows clean = rows;
  clean.corrupt_input = nullptr;
  const Network& network = rows.network();
  const Corruption corruption(config, /*seed=*/0);
  const auto sums = clean.collect<Displacements>("robustness", [&](const Inference::Chunk& chunk) {
    Displacements m{.codes = row_moments(chunk.code())};
    const auto corrupt = [&](View input) {
      corruption.apply(chunk.clean, 0, row_keys(chunk.clean), input);
      m.input = squared_distance(input, chunk.clean);
    };
    const MicroBatch& corrupted = chunk.repeat(network.layers(), corrupt);
    m.reconstruction = squared_distance(corrupted.output(network.layers() - 1), chunk.clean);
    m.code = squared_distance(corrupted.output(network.code_end() - 1), chunk.code());
    return m;
  });
  const double elements = static_cast<double>(rows.data.rows()) * static_cast<double>(rows.data.sample.size());
  return {sums.input / elements, sums.reconstruction / elements, std::sqrt(sums.code / sums.codes.scatter)};
}

}  // namespace hourglass
