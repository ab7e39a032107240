#include "hourglass/objective/contractive.h"

namespace hourglass {

Contractive::Contractive(const ContractiveConfig& c, const Network& network, uint64_t seed)
    : JacobianPenalty(make_jacobian_norm({"contractive", c.probes, c.force, Random(seed, Stream::probes)}, network),
                      1) {}

void Contractive::measure(ConstView theta, const JacobianPoint& point, std::span<double> sums, double scale,
                          View grad_theta) const {
  norm().measure(theta, {&point, 1}, 0, sums, scale, grad_theta);
}

}  // namespace hourglass
