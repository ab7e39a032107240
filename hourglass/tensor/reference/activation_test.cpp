#include <gtest/gtest.h>

#include "hourglass/tensor/ops.h"
#include "support/golden.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

TEST(ReferenceActivations, AreWhatPyTorchComputes) {
  const auto cases = golden_cases("activations");
  EXPECT_EQ(cases.size(), 9);
  for (const auto& [name, golden] : cases) {
    SCOPED_TRACE(name);
    const Activation s = find_activation(name).value();
    const Tensor& z = golden.tensors.at("z");
    Tensor a(DType::f64, z.shape()), first(DType::f64, z.shape()), second(DType::f64, z.shape());
    ops::activate(s, z, a);
    ops::activation_derivatives(s, z, a, first, second);
    EXPECT_LT(relative_difference(a, golden.tensors.at("s")), 1e-12);
    EXPECT_LT(relative_difference(first, golden.tensors.at("s1")), 1e-12);
    EXPECT_LT(relative_difference(second, golden.tensors.at("s2")), 1e-12);
  }
}

}  // namespace
}  // namespace hourglass
