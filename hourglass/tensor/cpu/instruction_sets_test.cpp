#include <gtest/gtest.h>
#include <hwy/highway.h>

#include "hourglass/tensor/ops.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// Runs f with each instruction set that this machine and the build know, not the best one alone.
template <class F>
void on_every_instruction_set(F f) {
  const auto choose = [](int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  };
  int count = 0;
  for (int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1, ++count) {
    const int64_t target = left & -left;
    SCOPED_TRACE(hwy::TargetName(target));
    choose(target);
    f();
  }
  choose(0);
  EXPECT_GT(count, 0);
}

TEST(EveryInstructionSet, ComputesActivations) {
  on_every_instruction_set([] {
    for (const std::string_view name :
         {"identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu"})
      for (const int64_t n : kLengths) {
        const Activation s = find_activation(name).value();
        Twin z = normal_twin({n}, 1), a = zero_twin({n}), first = zero_twin({n});
        Twin second = zero_twin({n});
        on_both([&](auto of) { ops::activate(s, of(z), of(a)); });
        on_both([&](auto of) { ops::activation_derivatives(s, of(z), of(a), of(first), of(second)); });
        EXPECT_LT(a.difference(), 1e-5) << name;
        EXPECT_LT(first.difference(), 1e-5) << name;
        EXPECT_LT(second.difference(), 1e-5) << name;
      }
  });
}

TEST(EveryInstructionSet, ComputesLossesAndSums) {
  on_every_instruction_set([] {
    for (const int64_t n : kLengths) {
      Twin z = normal_twin({3, n}, 1), x = twin(uniforms(DType::f32, {3, n}, 2, 0, 1)), r = zero_twin({3, n});
      Twin grad = zero_twin({3, n});
      const auto bce = scalars([&](auto of) { return ops::bce_with_logits(of(z), of(x), 1, of(r), of(grad)); });
      EXPECT_NEAR(bce.fast, bce.exact, 1e-5 * bce.exact);
      EXPECT_LT(grad.difference(), 1e-5);
      const auto mse = scalars([&](auto of) { return ops::squared_error(of(z), of(x), 1, of(grad)); });
      EXPECT_NEAR(mse.fast, mse.exact, 1e-5 * mse.exact);
      const auto absolutes = scalars([&](auto of) { return ops::sum_of_absolutes(of(z)); });
      EXPECT_NEAR(absolutes.fast, absolutes.exact, 1e-5 * absolutes.exact);
    }
  });
}

TEST(EveryInstructionSet, MovesWeights) {
  on_every_instruction_set([] {
    for (const int64_t n : kLengths) {
      Twin w = normal_twin({n}, 1), g = normal_twin({n}, 2), m = zero_twin({n}), v = zero_twin({n}), b = zero_twin({n});
      on_both([&](auto of) { ops::adam({1e-2, 0.9, 0.999, 1e-8, 1}, of(g), of(w), of(m), of(v)); });
      on_both([&](auto of) { ops::sgd({1e-2, 0.9, true}, of(g), of(w), of(b)); });
      on_both([&](auto of) { ops::rmsprop({1e-2, 0.9, 1e-8, 0.5}, of(g), of(w), of(v), of(b)); });
      EXPECT_LT(w.difference(), 1e-5);
    }
  });
}

TEST(EveryInstructionSet, MultipliesFewRows) {
  on_every_instruction_set([] {
    for (const int64_t k : kLengths) {
      Twin a = normal_twin({2, k}, 1), b = normal_twin({11, k}, 2), bias = normal_twin({11}, 3), c = zero_twin({2, 11});
      on_both([&](auto of) {
        ops::matmul(of(a), ops::Transpose::no, of(b), ops::Transpose::yes, of(c), ops::Write::assign, of(bias));
      });
      EXPECT_LT(c.difference(), 1e-5) << k;
    }
  });
}

TEST(EveryInstructionSet, ConvolvesToFewChannels) {
  on_every_instruction_set([] {
    for (const int64_t channels : {1, 2, 3, 5, 7, 8})
      for (const int64_t rows : {1, 5, 37}) {
        const ops::ConvGeometry down{4, 9, 8, channels, 5, 5, 4, 2, 2}, up{channels, 9, 8, 4, 5, 5, 4, 2, 2};
        Twin small = normal_twin({rows, 4 * 9 * 8}, 1), weight = normal_twin({channels, 4, 4, 4}, 2);
        Twin few = zero_twin({rows, down.out_size()}), many = normal_twin({rows, up.out_size()}, 3);
        Twin wide = zero_twin({rows, up.in_size()}), bias = normal_twin({channels}, 4);
        on_both([&](auto of) { ops::conv2d(down, of(small), of(weight), of(bias), of(few)); });
        on_both([&](auto of) {
          ops::conv2d_transposed(up, of(many), of(weight).reshaped({4, channels, 4, 4}), of(bias), of(wide));
        });
        EXPECT_LT(few.difference(), 1e-5) << channels;
        EXPECT_LT(wide.difference(), 1e-5) << channels;
      }
  });
}

TEST(EveryInstructionSet, SwapsAxes) {
  on_every_instruction_set([] {
    Twin in = normal_twin({2, 17 * 23}, 1), out = zero_twin({2, 17 * 23});
    on_both([&](auto of) { ops::swap_axes(of(in), 17, 23, of(out)); });
    EXPECT_EQ(values_of(out.fast), values_of(out.exact));
  });
}

}  // namespace
}  // namespace hourglass
