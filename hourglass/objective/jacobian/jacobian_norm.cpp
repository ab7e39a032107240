#include "hourglass/objective/jacobian/jacobian_norm.h"

#include "hourglass/objective/jacobian/jacobian_closed.h"
#include "hourglass/objective/jacobian/jacobian_rows.h"

namespace hourglass {

int first_dense(const Network& network) {
  for (int i = 0; i < network.code_end(); ++i)
    if (const Parameter* weight = network.layer(i).weight())
      return weight->name == "encoder.0.weight" && weight->shape.rank() == 2 ? i : -1;
  return -1;
}

namespace {

void check_rows_are_independent(const Network& network, std::string_view penalty) {
  for (int i = 0; i < network.code_end(); ++i)
    if (network.layer(i).batch_sums().forward > 0)
      fail("{}: layer {} of the encoder combines the rows of a batch, so a row has no Jacobian of its own", penalty, i);
}

}  // namespace

std::unique_ptr<JacobianNorm> make_jacobian_norm(const JacobianEstimator& e, const Network& network) {
  if (e.mode == Mode::training) check_rows_are_independent(network, e.penalty);
  if (e.probes == 0 && JacobianClosed::fits(network)) return std::make_unique<JacobianClosed>(network);
  auto rows = std::make_unique<JacobianRows>(network, e.probes, e.random);
  if (e.probes == 0 && !e.force && rows->cost() > kMaxRelativeCost)
    fail(
        "{} \"exact\" needs {} rows of {} per sample (about {:.0f} × a plain step, more than {:.0f}); "
        "use probes = 8, or force = true",
        e.penalty, network.code().output().size(), network.input().size(), rows->cost(), kMaxRelativeCost);
  return rows;
}

}  // namespace hourglass
