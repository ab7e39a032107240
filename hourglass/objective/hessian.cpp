#include "hourglass/objective/hessian.h"

#include <array>

#include "hourglass/objective/corruption.h"

namespace hourglass {

Hessian::Hessian(const HessianConfig& c, const Network& network, uint64_t seed)
    : JacobianPenalty(make_jacobian_norm({"hessian", c.probes, c.force, Random(seed, Stream::hessian_probes)}, network),
                      c.samples),
      std_(c.std),
      random_(seed, Stream::hessian) {}

std::string Hessian::method() const {
  return fmt::format("{} noise{} per sample, each: {}", samples(), samples() == 1 ? "" : "s", norm().method());
}

void Hessian::measure(ConstView theta, const JacobianPoint& point, std::span<double> sums, double scale,
                      View grad_theta) const {
  const MicroBatch& batch = point.batch;
  const Network& network = batch.network();
  std::vector<View> saved(network.code_end());
  const Arena::Mark mark = batch.arena().mark();
  for (int64_t e = 0; e < samples(); ++e) {
    batch.arena().rewind(mark);
    const View input = batch.arena().take(batch.dtype(), batch.input().shape());
    const auto draw = static_cast<uint32_t>(e);
    add_gaussian(random_, std_, batch.input(), batch.context().epoch, batch.context().sample_ids, draw, input);
    MicroBatch noisy(batch, input, network.code_end());
    network.forward(theta, noisy, network.code_end());
    if (grad_theta) allocate_saved(noisy, saved);
    const std::array points = {point, JacobianPoint{noisy, saved, -1}};
    norm().measure(theta, points, draw, sums, scale, grad_theta);
    if (grad_theta) backward(theta, noisy, saved, grad_theta);
  }
}

void Hessian::backward(ConstView theta, MicroBatch& noisy, std::span<View> saved, View grad_theta) const {
  const Network& network = noisy.network();
  int top = network.code_end() - 1;
  while (top >= 0 && !has_gradient_at(top)) --top;
  if (top < 0) return;  // a linear encoder has the same Jacobian everywhere
  noisy.set_gradient(top, saved[top]);
  for (int i = 0; i < top; ++i) noisy.set_gradient(i, noisy.arena().take(noisy.dtype(), noisy.output(i).shape()));
  const auto add = [&](int layer, View grad) {
    if (layer < top && has_gradient_at(layer)) ops::add_scaled(1.0, saved[layer], grad);
  };
  network.backward(theta, noisy, top, add, grad_theta);
  network.add_deferred_gradients(noisy, top + 1, grad_theta);
}

}  // namespace hourglass
