#include "hourglass/tensor/cpu/cpu.h"
#include "hourglass/tensor/cpu/topk.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hourglass/tensor/cpu/activation.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include "hourglass/tensor/cpu/loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hourglass::ops::cpu::HWY_NAMESPACE {

using Kind = Activation::Kind;

HWY_INLINE V constant(double x) { return hn::Set(D(), static_cast<float>(x)); }

HWY_INLINE V sigmoid(V z) {
  const V one = constant(1);
  const V e = hn::Exp(D(), hn::Neg(hn::Abs(z)));
  const V r = hn::Div(one, hn::Add(one, e));
  return hn::IfThenElse(hn::Ge(z, hn::Zero(D())), r, hn::Mul(e, r));
}

/// erf with an error below 2e-7 (Abramowitz & Stegun 7.1.26).
HWY_INLINE V erf(V x) {
  const V one = constant(1), magnitude = hn::Abs(x);
  const V t = hn::Div(one, hn::MulAdd(constant(0.3275911), magnitude, one));
  V p = constant(1.061405429);
  p = hn::MulAdd(p, t, constant(-1.453152027));
  p = hn::MulAdd(p, t, constant(1.421413741));
  p = hn::MulAdd(p, t, constant(-0.284496736));
  p = hn::MulAdd(p, t, constant(0.254829592));
  const V tail = hn::Mul(hn::Mul(p, t), hn::Exp(D(), hn::Neg(hn::Mul(x, x))));
  return hn::CopySign(hn::Sub(one, tail), x);
}

HWY_INLINE V normal_cdf(V z) {
  return hn::MulAdd(constant(0.5), erf(hn::Mul(z, constant(0.70710678118654752))), constant(0.5));
}
HWY_INLINE V normal_pdf(V z) {
  return hn::Mul(constant(0.3989422804014327), hn::Exp(D(), hn::Mul(constant(-0.5), hn::Mul(z, z))));
}

/// `v`, or NaN where z is NaN: Exp, Min and Max give a number there.
HWY_INLINE V keep_nan(V z, V v) { return hn::IfThenElse(hn::IsNaN(z), z, v); }

/// s(z), s' and s'' given z and a = s(z), for one activation each. What they give for NaN is not used.
struct Identity {
  HWY_INLINE V value(V z) const { return z; }
  HWY_INLINE V first(V, V) const { return constant(1); }
  HWY_INLINE V second(V, V) const { return constant(0); }
};
struct Sigmoid {
  HWY_INLINE V value(V z) const { return sigmoid(z); }
  HWY_INLINE V first(V, V a) const { return hn::NegMulAdd(a, a, a); }
  HWY_INLINE V second(V z, V a) const { return hn::Mul(first(z, a), hn::NegMulAdd(constant(2), a, constant(1))); }
};
struct Tanh {
  HWY_INLINE V value(V z) const { return hn::Tanh(D(), z); }
  HWY_INLINE V first(V, V a) const { return hn::NegMulAdd(a, a, constant(1)); }
  HWY_INLINE V second(V z, V a) const { return hn::Mul(hn::Mul(constant(-2), a), first(z, a)); }
};
struct LeakyRelu {  // relu is slope 0
  V slope;
  HWY_INLINE V value(V z) const { return hn::IfThenElse(hn::Gt(z, constant(0)), z, hn::Mul(slope, z)); }
  HWY_INLINE V first(V z, V) const { return hn::IfThenElse(hn::Gt(z, constant(0)), constant(1), slope); }
  HWY_INLINE V second(V, V) const { return constant(0); }
};
struct Elu {
  V alpha;
  HWY_INLINE V value(V z) const {
    const V grown = hn::Mul(alpha, hn::Expm1(D(), hn::Min(z, constant(0))));
    return hn::IfThenElse(hn::Gt(z, constant(0)), z, grown);
  }
  HWY_INLINE V first(V z, V a) const { return hn::IfThenElse(hn::Gt(z, constant(0)), constant(1), hn::Add(a, alpha)); }
  HWY_INLINE V second(V z, V a) const { return hn::IfThenZeroElse(hn::Gt(z, constant(0)), hn::Add(a, alpha)); }
};
struct Softplus {
  HWY_INLINE V value(V z) const {
    const V e = hn::Exp(D(), hn::Neg(hn::Abs(z)));
    return hn::Add(hn::Max(z, constant(0)), hn::Log1p(D(), e));
  }
  HWY_INLINE V first(V z, V) const { return sigmoid(z); }
  HWY_INLINE V second(V z, V) const {
    const V h = sigmoid(z);
    return hn::NegMulAdd(h, h, h);
  }
};
struct Gelu {
  HWY_INLINE V value(V z) const { return hn::Mul(z, normal_cdf(z)); }
  HWY_INLINE V first(V z, V) const { return hn::MulAdd(z, normal_pdf(z), normal_cdf(z)); }
  HWY_INLINE V second(V z, V) const { return hn::Mul(normal_pdf(z), hn::NegMulAdd(z, z, constant(2))); }
};

struct Silu {
  HWY_INLINE V value(V z) const { return hn::Mul(z, sigmoid(z)); }
  HWY_INLINE V first(V z, V) const {
    const V h = sigmoid(z);
    return hn::MulAdd(hn::Mul(z, h), hn::Sub(constant(1), h), h);
  }
  HWY_INLINE V second(V z, V) const {
    const V h = sigmoid(z);
    return hn::Mul(hn::NegMulAdd(h, h, h), hn::MulAdd(z, hn::NegMulAdd(constant(2), h, constant(1)), constant(2)));
  }
};

template <class F>
HWY_INLINE void with(Activation s, F f) {
  switch (s.kind) {
    case Kind::identity:
      return f(Identity{});
    case Kind::sigmoid:
      return f(Sigmoid{});
    case Kind::tanh:
      return f(Tanh{});
    case Kind::relu:
      return f(LeakyRelu{constant(0)});
    case Kind::leaky_relu:
      return f(LeakyRelu{constant(s.parameter)});
    case Kind::elu:
      return f(Elu{constant(s.parameter)});
    case Kind::softplus:
      return f(Softplus{});
    case Kind::gelu:
      return f(Gelu{});
    case Kind::silu:
      return f(Silu{});
    case Kind::topk:
      break;  // not element-wise: topk.cpp
  }
}

void Activate(Activation s, const float* z, float* a, int64_t n) {
  with(s, [&](auto act) HWY_ATTR {
    for_each_vector(n, [&](auto at) HWY_ATTR {
      const V zi = at.load(z);
      at.store(keep_nan(zi, act.value(zi)), a);
    });
  });
}

void ActivateBackward(Activation s, const float* z, const float* a, const float* grad_a, float* grad_z, int64_t n) {
  with(s, [&](auto act) HWY_ATTR {
    for_each_vector(n, [&](auto at) HWY_ATTR {
      const V zi = at.load(z);
      at.store(hn::Mul(at.load(grad_a), keep_nan(zi, act.first(zi, at.load(a)))), grad_z);
    });
  });
}

void Derivatives(Activation s, const float* z, const float* a, float* first, float* second, int64_t n) {
  with(s, [&](auto act) HWY_ATTR {
    for_each_vector(n, [&](auto at) HWY_ATTR {
      const V zi = at.load(z), ai = at.load(a);
      if (first) at.store(keep_nan(zi, act.first(zi, ai)), first);
      if (second) at.store(keep_nan(zi, act.second(zi, ai)), second);
    });
  });
}

/// Binary cross-entropy of one row. ln Π(1 + e) over up to 64 factors in [1, 2] replaces 64 logarithms.
double BceRow(const float* z, const float* x, float scale, float* r, float* grad_z, int64_t n) {
  const V one = constant(1), s = hn::Set(D(), scale);
  V linear = hn::Zero(D()), logs = hn::Zero(D()), product = one;
  int factors = 0;
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const V zi = at.load(z), xi = at.load(x);
    const V e = hn::Exp(D(), hn::Neg(hn::Abs(zi)));
    const V grown = hn::Add(one, e), inverse = hn::Div(one, grown);
    const V ri = keep_nan(zi, hn::IfThenElse(hn::Ge(zi, hn::Zero(D())), inverse, hn::Mul(e, inverse)));
    linear = hn::Add(linear, hn::NegMulAdd(zi, xi, hn::Max(zi, hn::Zero(D()))));
    product = hn::Mul(product, hn::Add(one, at.keep(e)));
    if (++factors == 64) {
      logs = hn::Add(logs, hn::Log(D(), product));
      product = one;
      factors = 0;
    }
    if (r) at.store(ri, r);
    if (grad_z) at.store(hn::Mul(s, hn::Sub(ri, xi)), grad_z);
  });
  logs = hn::Add(logs, hn::Log(D(), product));
  return hn::GetLane(hn::SumOfLanes(D(), hn::Add(linear, logs)));
}

}  // namespace hourglass::ops::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hourglass::ops::cpu {

HWY_EXPORT(Activate);
HWY_EXPORT(ActivateBackward);
HWY_EXPORT(Derivatives);
HWY_EXPORT(BceRow);

void CpuBackend::activate(Activation s, ConstView z, View a) const {
  if (s.kind == Activation::Kind::topk) return topk(s, z, a);
  HWY_DYNAMIC_DISPATCH(Activate)(s, z.as<float>(), a.as<float>(), z.size());
}

void CpuBackend::activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z) const {
  if (s.kind == Activation::Kind::topk) return topk_backward(s, z, a, grad_a, grad_z);
  HWY_DYNAMIC_DISPATCH(ActivateBackward)
  (s, z.as<float>(), a.as<float>(), grad_a.as<float>(), grad_z.as<float>(), z.size());
}

void CpuBackend::activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second) const {
  if (s.kind == Activation::Kind::topk) return topk_derivatives(s, z, a, first, second);
  HWY_DYNAMIC_DISPATCH(Derivatives)
  (s, z.as<float>(), a.as<float>(), first.as<float>(), second.as<float>(), z.size());
}

void CpuBackend::bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z, View sum) const {
  const int64_t n = z.columns();
  const auto row = HWY_DYNAMIC_DISPATCH(BceRow);
  double total = 0;
  for (int64_t i = 0; i < z.rows(); ++i)
    total += row(z.as<float>() + i * n, x.as<float>() + i * n, static_cast<float>(scale),
                 r ? r.as<float>() + i * n : nullptr, grad_z ? grad_z.as<float>() + i * n : nullptr, n);
  *sum.as<double>() = total;
}

}  // namespace hourglass::ops::cpu
#endif
