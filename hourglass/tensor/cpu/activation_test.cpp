#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

using Kind = Activation::Kind;

constexpr double kTolerance = 1e-5;
const std::vector<Activation> kAll = {
    {Kind::identity},
    {Kind::sigmoid},
    {Kind::tanh},
    {Kind::relu},
    {Kind::leaky_relu, 0.01},
    {Kind::leaky_relu, 0.3},
    {Kind::elu, 1.0},
    {Kind::elu, 0.5},
    {Kind::softplus},
    {Kind::gelu},
    {Kind::silu},
};

/// [−20, 20] in steps of 1/100, the kink at 0 included.
Twin grid() {
  Tensor z(DType::f32, {4001});
  for (int64_t i = 0; i < z.size(); ++i) z.as<float>()[i] = static_cast<float>(i - 2000) / 100;
  return twin(std::move(z));
}

template <class F>
void for_each_activation(F f) {
  for (const Activation& s : kAll) {
    SCOPED_TRACE(fmt::format("{} {}", name_of(s.kind), s.parameter));
    f(s);
  }
}

void expect_same(const Activation& s, Twin& z) {
  const Shape shape = z.fast.shape();
  Twin a = zero_twin(shape), first = zero_twin(shape), second = zero_twin(shape), grad_z = zero_twin(shape);
  Twin grad_a = normal_twin(shape, 1);
  on_both([&](auto of) { ops::activate(s, of(z), of(a)); });
  EXPECT_LT(a.difference(), kTolerance);
  on_both([&](auto of) { ops::activation_derivatives(s, of(z), of(a), of(first), of(second)); });
  EXPECT_LT(first.difference(), kTolerance);
  EXPECT_LT(second.difference(), kTolerance);
  on_both([&](auto of) { ops::activate_backward(s, of(z), of(a), of(grad_a), of(grad_z)); });
  EXPECT_LT(grad_z.difference(), kTolerance);
}

TEST(FastActivations, AgreeWithTheReferenceFromMinus20To20) {
  for_each_activation([](const Activation& s) {
    Twin z = grid();
    expect_same(s, z);
  });
}

TEST(FastActivations, AgreeWithTheReferenceAtEveryLength) {
  for_each_activation([](const Activation& s) {
    for (const int64_t n : kLengths) {
      SCOPED_TRACE(n);
      Twin z = normal_twin({n}, 2);
      expect_same(s, z);
    }
  });
}

TEST(FastActivations, StayFiniteFarOut) {
  for_each_activation([](const Activation& s) {
    Tensor z = tensor_of({8}, {-1e4, -200, -104, -88, 88, 104, 200, 1e4}).cast(DType::f32);
    Tensor a(DType::f32, {8}), first(DType::f32, {8}), second(DType::f32, {8});
    ops::activate(s, z, a);
    ops::activation_derivatives(s, z, a, first, second);
    for (const Tensor* t : {&a, &first, &second})
      for (const double v : values_of(*t)) EXPECT_TRUE(std::isfinite(v));
  });
}

/// Every second element is NaN, over whole vectors and a tail.
template <class T>
void expect_nan_passes(const Activation& s) {
  const Shape shape{1, 37};
  Tensor z = normals(dtype_of<T>(), shape, 1), a(dtype_of<T>(), shape), first(dtype_of<T>(), shape);
  Tensor second(dtype_of<T>(), shape), grad_z(dtype_of<T>(), shape);
  for (int64_t i = 0; i < z.size(); i += 2) z.as<T>()[i] = std::numeric_limits<T>::quiet_NaN();
  ops::activate(s, z, a);
  ops::activation_derivatives(s, z, a, first, second);
  ops::activate_backward(s, z, a, normals(dtype_of<T>(), shape, 2), grad_z);
  for (const Tensor* t : {&a, &first, &second, &grad_z})
    for (int64_t i = 0; i < z.size(); ++i) EXPECT_EQ(std::isnan(t->as<T>()[i]), i % 2 == 0) << i;
}

TEST(Activations, PassInvalidNumbersOnAsInvalid) {
  for (size_t kind = 0; kind < kNames<Kind>.size(); ++kind) {
    SCOPED_TRACE(kNames<Kind>[kind]);
    const Activation s = find_activation(kNames<Kind>[kind]).value();
    expect_nan_passes<float>(s);
    expect_nan_passes<double>(s);
  }
}

TEST(FastActivations, LeaveWhatLiesBehindTheEndAlone) {
  for_each_activation([](const Activation& s) {
    for (const int64_t n : kLengths) {
      Tensor z = normals(DType::f32, {n + 1}, 2), a(DType::f32, {n + 1});
      a.as<float>()[n] = 7;
      ops::activate(s, z.view().part(0, {n}), a.view().part(0, {n}));
      EXPECT_EQ(a.as<float>()[n], 7) << n;
    }
  });
}

TEST(FastActivations, MayWriteTheGradientOverItself) {
  for_each_activation([](const Activation& s) {
    Tensor z = normals(DType::f32, {33}, 1), a(DType::f32, {33}), grad = normals(DType::f32, {33}, 2),
           out(DType::f32, {33});
    ops::activate(s, z, a);
    ops::activate_backward(s, z, a, grad, out);
    ops::activate_backward(s, z, a, grad, grad);
    EXPECT_EQ(values_of(grad), values_of(out));
  });
}

TEST(FastActivations, GiveEitherDerivativeAlone) {
  Tensor z = normals(DType::f32, {33}, 1), a(DType::f32, {33}), both[2], alone[2];
  for (Tensor* t : {&both[0], &both[1], &alone[0], &alone[1]}) *t = Tensor(DType::f32, {33});
  const Activation s{Kind::gelu};
  ops::activate(s, z, a);
  ops::activation_derivatives(s, z, a, both[0], both[1]);
  ops::activation_derivatives(s, z, a, alone[0], {});
  ops::activation_derivatives(s, z, a, {}, alone[1]);
  EXPECT_EQ(values_of(alone[0]), values_of(both[0]));
  EXPECT_EQ(values_of(alone[1]), values_of(both[1]));
}

template <class T>
void expect_left_derivatives_at_the_kink() {
  const auto slope_at_zero = [](const Activation& s) {
    Tensor z(dtype_of<T>(), {1}), a(dtype_of<T>(), {1}), first(dtype_of<T>(), {1});
    ops::activation_derivatives(s, z, a, first, {});
    return values_of(first)[0];
  };
  EXPECT_EQ(slope_at_zero({Kind::relu}), 0);
  EXPECT_EQ(slope_at_zero({Kind::leaky_relu, 0.25}), 0.25);
  EXPECT_EQ(slope_at_zero({Kind::elu, 0.5}), 0.5);
}

TEST(Activations, TakeTheLeftDerivativeAtAKink) {
  expect_left_derivatives_at_the_kink<float>();
  expect_left_derivatives_at_the_kink<double>();
}

TEST(Activations, AreFoundByTheirNames) {
  for_each_activation([](const Activation& s) {
    const auto found = find_activation(name_of(s.kind));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kind, s.kind);
  });
  EXPECT_EQ(find_activation("leaky_relu")->parameter, 0.01);
  EXPECT_EQ(find_activation("elu")->parameter, 1.0);
  EXPECT_FALSE(find_activation("swish"));
}

}  // namespace
}  // namespace hourglass
