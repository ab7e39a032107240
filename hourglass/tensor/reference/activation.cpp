#include <cmath>
#include <numbers>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

/// s(z), s'(z), s''(z).
struct Jet {
  double value, first, second;
};

Jet evaluate(Activation s, double z) {
  using Kind = Activation::Kind;
  const double e = std::exp(-std::abs(z));
  const double sigmoid = z >= 0 ? 1 / (1 + e) : e / (1 + e);
  switch (s.kind) {
    case Kind::identity:
      return {z, 1, 0};
    case Kind::sigmoid: {
      const double first = sigmoid * (1 - sigmoid);
      return {sigmoid, first, first * (1 - 2 * sigmoid)};
    }
    case Kind::tanh: {
      const double h = std::tanh(z);
      return {h, 1 - h * h, -2 * h * (1 - h * h)};
    }
    case Kind::relu:
      return {z > 0 ? z : 0, z > 0 ? 1.0 : 0.0, 0};
    case Kind::leaky_relu:
      return {z > 0 ? z : s.parameter * z, z > 0 ? 1.0 : s.parameter, 0};
    case Kind::elu: {
      const double grown = s.parameter * std::exp(std::min(z, 0.0));
      return z > 0 ? Jet{z, 1, 0} : Jet{s.parameter * std::expm1(z), grown, grown};
    }
    case Kind::softplus:
      return {std::max(z, 0.0) + std::log1p(e), sigmoid, sigmoid * (1 - sigmoid)};
    case Kind::gelu: {
      const double cdf = 0.5 * std::erfc(-z / std::numbers::sqrt2);
      const double pdf = std::exp(-0.5 * z * z) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
      return {z * cdf, cdf + z * pdf, pdf * (2 - z * z)};
    }
  }
  HOURGLASS_CHECK(false);
  return {};
}

}  // namespace

void activate(Activation s, ConstView z, View a) {
  for (int64_t i = 0; i < z.size(); ++i) a.as<double>()[i] = evaluate(s, z.as<double>()[i]).value;
}

void activate_backward(Activation s, ConstView z, ConstView, ConstView grad_a, View grad_z) {
  for (int64_t i = 0; i < z.size(); ++i)
    grad_z.as<double>()[i] = grad_a.as<double>()[i] * evaluate(s, z.as<double>()[i]).first;
}

void activation_derivatives(Activation s, ConstView z, ConstView, View first, View second) {
  for (int64_t i = 0; i < z.size(); ++i) {
    const Jet jet = evaluate(s, z.as<double>()[i]);
    if (first) first.as<double>()[i] = jet.first;
    if (second) second.as<double>()[i] = jet.second;
  }
}

}  // namespace hourglass::ops::reference
