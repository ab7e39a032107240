#include "hourglass/eval/jacobian.h"

#include "hourglass/objective/jacobian_norm.h"

namespace hourglass {

namespace {

void refuse_dear(const JacobianNorm& norm, const Network& network) {
  if (norm.cost() > kDearest)
    fail(
        "the exact Jacobian takes {} rows of {} per sample (in training about {:.0f} × a plain step, more than "
        "{:.0f}); use --probes 16, or --exact",
        network.code().output().size(), network.input().size(), norm.cost(), kDearest);
}

/// Of one row by itself.
double squared_norm(const JacobianNorm& norm, const Inference::Chunk& chunk, ConstView theta, int64_t row,
                    Arena& arena) {
  std::vector<View> values;
  for (const View& v : chunk.activations.values) values.push_back(v.slice(row, 1));
  const auto sample = static_cast<uint32_t>(chunk.first + row);
  std::vector<double> sums(norm.statistics());
  arena.reset();
  const PassView pass{.network = chunk.network,
                      .theta = theta,
                      .input = chunk.input.slice(row, 1),
                      .values = values,
                      .rows = 1,
                      .batch_rows = 1,
                      .arena = arena,
                      .epoch = 0,
                      .samples = {&sample, 1},
                      .notes = {}};
  const JacobianPoint point{pass};
  norm.measure({&point, 1}, 0, sums);
  return norm.value(sums);
}

}  // namespace

std::vector<double> squared_jacobian_norms(const Autoencoder& model, const Inference& inference, const Dataset& data,
                                           const Inference::Disturb& disturb, const JacobianOptions& options) {
  const auto norm = make_jacobian_norm(
      {.penalty = "", .probes = options.probes, .force = true, .random = Random(/*seed=*/0, Stream::probes)},
      model.network());
  if (options.probes == 0 && !options.exact) refuse_dear(*norm, model.network());
  norm->prepare(model.theta());
  std::vector<double> norms(data.rows());
  const auto measure = [&](const Inference::Chunk& chunk) {
    Arena arena;
    for (int64_t row = 0; row < chunk.rows; ++row)
      norms[chunk.first + row] = squared_norm(*norm, chunk, model.theta(), row, arena);
  };
  inference.reconstruct(data, measure, disturb);
  return norms;
}

}  // namespace hourglass
