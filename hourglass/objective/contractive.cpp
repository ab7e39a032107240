#include "hourglass/objective/contractive.h"

#include "hourglass/objective/contractive_closed.h"
#include "hourglass/objective/contractive_rows.h"

namespace hourglass {

namespace {

constexpr double kDearest = 100;  // times a plain step

void refuse_dear(const ContractiveRows& penalty, const Network& network) {
  const double cost = penalty.cost();
  if (cost <= kDearest) return;
  fail(
      "contractive \"exact\" needs {} rows of {} per sample (about {:.0f} × a plain step, more than {:.0f}); "
      "use probes = 8, or force = true",
      network.code().output().size(), network.input().size(), cost, kDearest);
}

}  // namespace

std::unique_ptr<Penalty> make_contractive(const ContractiveConfig& config, const Network& network, uint64_t seed) {
  if (config.probes == 0 && ContractiveClosed::fits(network)) return std::make_unique<ContractiveClosed>(network);
  auto rows = std::make_unique<ContractiveRows>(network, config.probes, seed);
  if (config.probes == 0 && !config.force) refuse_dear(*rows, network);
  return rows;
}

}  // namespace hourglass
