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

double plain_step_products(const Network& network) {
  double products = 0;
  for (int i = 0; i < network.layers(); ++i)
    if (const LinearLayer* layer = network.layer(i).linear()) products += 3.0 * static_cast<double>(layer->products());
  return products;
}

std::unique_ptr<JacobianNorm> make_jacobian_norm(const JacobianEstimator& e, const Network& network) {
  if (e.probes == 0 && JacobianClosed::fits(network)) return std::make_unique<JacobianClosed>(network);
  auto rows = std::make_unique<JacobianRows>(network, e.probes, e.random);
  if (e.probes == 0 && !e.force && rows->cost() > kDearest)
    fail(
        "{} \"exact\" needs {} rows of {} per sample (about {:.0f} × a plain step, more than {:.0f}); "
        "use probes = 8, or force = true",
        e.penalty, network.code().output().size(), network.input().size(), rows->cost(), kDearest);
  return rows;
}

}  // namespace hourglass
