#include "hourglass/eval/jacobian.h"

#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

namespace {

std::unique_ptr<JacobianNorm> norm_of(const Network& network, int64_t probes) {
  return make_jacobian_norm({.penalty = "",
                             .probes = probes,
                             .force = true,
                             .random = Random(/*seed=*/0, Stream::probes),
                             .mode = Mode::evaluation},
                            network);
}

}  // namespace

std::vector<double> squared_jacobian_norms(const MeasuredRows& rows, int64_t probes) {
  const auto norm = norm_of(rows.network(), probes);
  norm->prepare(rows.model.theta());
  std::vector<double> norms(rows.data.rows());
  ProgressCounter counter(rows.progress, "contractive", rows.data.rows());
  const auto measure = [&](const Inference::Chunk& chunk) {
    const auto keys = row_keys(chunk.clean);
    Arena arena;
    for (int64_t row = 0; row < chunk.rows; ++row) {
      arena.reset();
      const MicroBatch pass = chunk.pass.slice(row, 1, {&keys[row], 1}, arena);
      const JacobianPoint point{pass};
      std::vector<double> sums(norm->statistics());
      norm->measure(rows.model.theta(), {&point, 1}, 0, sums);
      norms[chunk.first + row] = norm->value(sums);
      counter.advance();
    }
  };
  rows.inference.reconstruct(rows.data, measure, rows.corrupt_input);
  return norms;
}

void check_jacobian_cost(const Network& network, const JacobianOptions& options) {
  if (options.probes > 0 || options.exact) return;
  if (const double cost = norm_of(network, 0)->cost(); cost > kMaxRelativeCost)
    fail(
        "the exact Jacobian of {} × {} per sample costs about {:.0f} × a plain training step, more than {:.0f}; use "
        "--probes 16 or --exact",
        network.code().output().size(), network.input().size(), cost, kMaxRelativeCost);
}

}  // namespace hourglass
