#include "hourglass/objective/hessian.h"

#include <algorithm>
#include <array>

#include "hourglass/objective/contractive.h"
#include "hourglass/objective/corruption.h"

namespace hourglass {

Hessian::Hessian(const HessianConfig& c, const Network& network, uint64_t seed)
    : norm_(make_jacobian_norm({"hessian", c.probes, c.force, Random(seed, Stream::hessian_probes)}, network)),
      std_(c.std),
      samples_(c.samples),
      random_(seed, Stream::hessian) {}

std::string Hessian::route() const { return fmt::format("{} noises per sample, each: {}", samples_, norm_->route()); }

Activations Hessian::encode_noisy(const PassView& pass, uint32_t draw, View input) const {
  add_gaussian(random_, std_, pass.input, pass.epoch, pass.samples, draw, input);
  Activations a{{}, {}, pass.rows};
  for (int i = 0; i < pass.network.code_end(); ++i)
    a.values.push_back(pass.arena.take(pass.theta.dtype(), pass.value(i).shape()));
  pass.network.forward(pass.theta, input, a, 0, pass.network.code_end());
  return a;
}

void Hessian::measure(const PassView& pass, std::span<double> sums, double scale, View grad_theta) const {
  std::fill(sums.begin(), sums.end(), 0.0);
  if (grad_theta) make_notes(*norm_, pass);
  std::vector<View> notes(pass.notes.size());
  for (int64_t e = 0; e < samples_; ++e) {
    const View input = pass.arena.take(pass.theta.dtype(), pass.input.shape());
    const auto draw = static_cast<uint32_t>(e);
    const Activations a = encode_noisy(pass, draw, input);
    const PassView noisy{pass.network,    pass.theta, input,      a.values,     pass.rows,
                         pass.batch_rows, pass.arena, pass.epoch, pass.samples, notes};
    if (grad_theta) make_notes(*norm_, noisy);
    const std::array points = {JacobianPoint{pass, 1}, JacobianPoint{noisy, -1}};
    norm_->measure(points, draw, sums, scale, grad_theta);
    if (grad_theta) backward(noisy, grad_theta);
  }
}

void Hessian::observe(const PassView& pass, std::span<double> sums) const { measure(pass, sums, 0, {}); }

void Hessian::differentiate(const PassView& pass, double weight, std::span<double> sums, View grad_theta) const {
  measure(pass, sums, weight * share(pass.batch_rows), grad_theta);
}

void Hessian::backward(const PassView& noisy, View grad_theta) const {
  int i = noisy.network.code_end() - 1;
  while (i >= 0 && !norm_->watches(i)) --i;
  if (i < 0) return;  // a linear encoder: its Jacobian is the same everywhere
  for (View grad = noisy.notes[i]; i >= 0; --i) {
    const View below = i > 0 ? noisy.arena.take(grad.dtype(), noisy.value(i - 1).shape()) : View();
    noisy.network.layer(i).backward(noisy.theta, noisy.value(i - 1), noisy.value(i), grad, below, grad_theta);
    if (i > 0 && norm_->watches(i - 1)) ops::add_scaled(1.0, noisy.notes[i - 1], below);
    grad = below;
  }
}

double Hessian::value(ConstView, std::span<const double> sums, int64_t batch_rows) const {
  return norm_->value(sums) * share(batch_rows);
}

void Hessian::add_gradient(const PassView& pass, int layer, std::span<const double>, double, View grad) const {
  ops::add_scaled(1.0, pass.notes[layer], grad);
}

void Hessian::add_parameter_gradient(ConstView theta, std::span<const double> sums, int64_t batch_rows, double weight,
                                     int64_t first, View grad) const {
  norm_->add_parameter_gradient(theta, sums, weight * share(batch_rows), first, grad);
}

}  // namespace hourglass
