#include "hourglass/eval/jacobian.h"

#include "hourglass/objective/contractive.h"

namespace hourglass {

namespace {

constexpr double kDearest = 100;  // times a plain step

void refuse_dear(const Penalty& penalty, const Network& network) {
  if (penalty.cost() > kDearest)
    fail(
        "the exact Jacobian takes {} rows of {} per sample (in training about {:.0f} × a plain step, more than "
        "{:.0f}); "
        "use --probes 16, or --exact",
        network.code().output().size(), network.input().size(), penalty.cost(), kDearest);
}

/// What the penalty sums up over a batch of this one row.
double squared_norm(const Penalty& penalty, const Inference::Chunk& chunk, ConstView theta, int64_t row, Arena& arena) {
  std::vector<View> values;
  for (const View& v : chunk.activations.values) values.push_back(v.slice(row, 1));
  const auto sample = static_cast<uint32_t>(chunk.first + row);
  std::vector<double> sums(penalty.statistics());
  arena.reset();
  penalty.observe({.network = chunk.network,
                   .theta = theta,
                   .input = chunk.input.slice(row, 1),
                   .values = values,
                   .rows = 1,
                   .batch_rows = 1,
                   .arena = arena,
                   .epoch = 0,
                   .samples = {&sample, 1},
                   .notes = {}},
                  sums);
  return penalty.value(theta, sums, 1);
}

}  // namespace

std::vector<double> squared_jacobian_norms(const Autoencoder& model, const Inference& inference, const Dataset& data,
                                           const Inference::Disturb& disturb, const JacobianOptions& options) {
  const auto penalty =
      make_contractive({.weight = 0.0, .probes = options.probes, .force = true}, model.network(), /*seed=*/0);
  if (options.probes == 0 && !options.exact) refuse_dear(*penalty, model.network());
  penalty->prepare(model.theta());
  std::vector<double> norms(data.rows());
  const auto measure = [&](const Inference::Chunk& chunk) {
    Arena arena;
    for (int64_t row = 0; row < chunk.rows; ++row)
      norms[chunk.first + row] = squared_norm(*penalty, chunk, model.theta(), row, arena);
  };
  inference.reconstruct(data, measure, disturb);
  return norms;
}

}  // namespace hourglass
