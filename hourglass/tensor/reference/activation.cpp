#include <cmath>
#include <numbers>

#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops::reference {

namespace {

/// s(z), s'(z), s''(z).
struct Jet {
  double value, first, second;
};

/// Whether fewer than k units of the row are larger than unit j, or equal and earlier. NaN is larger than any number.
bool is_among_largest(const double* row, int64_t units, int64_t j, double k) {
  int64_t better = 0;
  for (int64_t i = 0; i < units; ++i) better += !(row[i] <= row[j]) || (row[i] == row[j] && i < j);
  return static_cast<double>(better) < k;
}

Jet evaluate(Activation s, double z) {
  using Kind = Activation::Kind;
  if (std::isnan(z)) return {z, z, z};
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
    case Kind::silu:
      return {z * sigmoid, sigmoid * (1 + z * (1 - sigmoid)), sigmoid * (1 - sigmoid) * (2 + z * (1 - 2 * sigmoid))};
    case Kind::topk:
      break;
  }
  HOURGLASS_CHECK(false);
  return {};
}

/// For element i of the whole view.
Jet evaluate(Activation s, ConstView z, int64_t i) {
  const double at = z.as<double>()[i];
  if (s.kind != Activation::Kind::topk || std::isnan(at)) return evaluate(s, at);
  const int64_t units = z.columns(), j = i % units;
  return is_among_largest(z.as<double>() + i - j, units, j, s.parameter) ? Jet{at, 1, 0} : Jet{0, 0, 0};
}

}  // namespace

void ReferenceBackend::activate(Activation s, ConstView z, View a) const {
  for (int64_t i = 0; i < z.size(); ++i) a.as<double>()[i] = evaluate(s, z, i).value;
}

void ReferenceBackend::activate_backward(Activation s, ConstView z, ConstView, ConstView grad_a, View grad_z) const {
  for (int64_t i = 0; i < z.size(); ++i) grad_z.as<double>()[i] = grad_a.as<double>()[i] * evaluate(s, z, i).first;
}

void ReferenceBackend::activation_derivatives(Activation s, ConstView z, ConstView, View first, View second) const {
  for (int64_t i = 0; i < z.size(); ++i) {
    const Jet jet = evaluate(s, z, i);
    if (first) first.as<double>()[i] = jet.first;
    if (second) second.as<double>()[i] = jet.second;
  }
}

}  // namespace hourglass::ops::reference
