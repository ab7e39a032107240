#include "hourglass/objective/hessian.h"

#include <array>

#include "hourglass/objective/corruption.h"

namespace hourglass {

Hessian::Hessian(const HessianConfig& c, const Network& network, uint64_t seed)
    : JacobianPenalty(make_jacobian_norm({"hessian", c.probes, c.force, Random(seed, Stream::hessian_probes)}, network),
                      c.samples),
      std_(c.std),
      random_(seed, Stream::hessian) {}

std::string Hessian::route() const {
  return fmt::format("{} noise{} per sample, each: {}", samples(), samples() == 1 ? "" : "s", norm().route());
}

Activations Hessian::encode_noisy(const PassView& pass, uint32_t draw, View input) const {
  add_gaussian(random_, std_, pass.input, pass.epoch, pass.samples, draw, input);
  Activations a{{}, {}, pass.rows};
  for (int i = 0; i < pass.network.code_end(); ++i)
    a.values.push_back(pass.arena.take(pass.theta.dtype(), pass.value(i).shape()));
  pass.network.forward(pass.theta, input, a, 0, pass.network.code_end());
  return a;
}

void Hessian::measure(const PassView& pass, std::span<double> sums, double scale, View grad_theta) const {
  std::vector<View> notes(pass.notes.size());
  const Arena::Mark mark = pass.arena.mark();
  for (int64_t e = 0; e < samples(); ++e) {
    pass.arena.rewind(mark);
    const View input = pass.arena.take(pass.theta.dtype(), pass.input.shape());
    const auto draw = static_cast<uint32_t>(e);
    const Activations a = encode_noisy(pass, draw, input);
    const PassView noisy{pass.network,    pass.theta, input,      a.values,     pass.rows,
                         pass.batch_rows, pass.arena, pass.epoch, pass.samples, notes};
    if (grad_theta) make_notes(noisy);
    const std::array points = {JacobianPoint{pass, 1}, JacobianPoint{noisy, -1}};
    norm().measure(points, draw, sums, scale, grad_theta);
    if (grad_theta) backward(noisy, grad_theta);
  }
}

void Hessian::backward(const PassView& noisy, View grad_theta) const {
  int i = noisy.network.code_end() - 1;
  while (i >= 0 && !watches(i)) --i;
  if (i < 0) return;  // a linear encoder: its Jacobian is the same everywhere
  for (View grad = noisy.notes[i]; i >= 0; --i) {
    const Layer& layer = noisy.network.layer(i);
    layer.add_parameter_gradient(noisy.value(i - 1), grad, grad_theta);
    if (i == 0) break;
    const View below = noisy.arena.take(grad.dtype(), noisy.value(i - 1).shape());
    layer.backward(noisy.theta, noisy.value(i - 1), noisy.value(i), grad, below);
    if (watches(i - 1)) ops::add_scaled(1.0, noisy.notes[i - 1], below);
    grad = below;
  }
}

}  // namespace hourglass
