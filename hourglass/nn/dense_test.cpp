#include <gtest/gtest.h>

#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "support/networks.h"
#include "support/numbers.h"

namespace hourglass {
namespace {

/// A dense layer from 100 inputs to 12 units, and a batch in which most inputs are always zero.
struct Bench {
  explicit Bench(DType dtype) : x(dtype, {20, 100}), packer(dtype, 20, 100) {
    const Tensor values = uniforms(dtype, {20, 100}, 2, 0, 1);
    for (int64_t j : {0, 1, 30, 31, 32, 77, 99})
      for (int64_t i = 0; i < 20; ++i)
        ops::add_scaled(1, values.view().part(i * 100 + j, {1}), x.view().part(i * 100 + j, {1}));
    dense = make_dense({config, "encoder.0", {100}, parameters});
    theta = normals(dtype, {parameters.back().offset + 12}, 1);
  }

  LayerConfig config = layer("dense", 12);
  std::vector<Parameter> parameters;
  std::unique_ptr<Layer> dense;
  Tensor theta, x;
  ColumnPacker packer;
};

TEST(Dense, GivesTheSameWithoutDeadColumns) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Bench b(dtype);
    const InputRows packed = b.packer(b.x);
    ASSERT_NE(packed.live, nullptr);
    ASSERT_TRUE(b.dense->skips_zero_columns());
    Tensor all(dtype, {20, 12}), live(dtype, {20, 12});
    b.dense->forward({}, b.theta, b.x, all);
    b.dense->forward({}, b.theta, packed, live);
    EXPECT_LT(relative_difference(live, all), dtype == DType::f32 ? 1e-6 : 1e-15);
  }
}

TEST(Dense, MakesItsGradientInAnyRowsAndWithoutDeadColumns) {
  for (const DType dtype : {DType::f32, DType::f64})
    for (const auto write : {ops::Write::assign, ops::Write::accumulate}) {
      Bench b(dtype);
      const Tensor grad_out = normals(dtype, {20, 12}, 3);
      Tensor whole = normals(dtype, b.theta.shape(), 4), pieces = whole.clone();
      if (write == ops::Write::assign) whole = Tensor(dtype, b.theta.shape());
      b.dense->add_parameter_gradient({}, b.x, grad_out, whole);
      const InputRows packed = b.packer(b.x);
      for (const auto& [first, count] : {std::pair{0, 5}, {5, 1}, {6, 6}})
        b.dense->deferred_weight_gradient(b.parameters[0], first, first == 5 ? InputRows(b.x) : packed, grad_out,
                                          pieces.view().part(first * 100, {count, 100}), write);
      b.dense->deferred_weight_gradient(b.parameters[1], 0, packed, grad_out, b.parameters[1].in(pieces.view()), write);
      for (const Parameter& p : b.parameters)
        EXPECT_LT(relative_difference(p.in(pieces.view()), p.in(whole.view())), dtype == DType::f32 ? 1e-6 : 1e-14);
    }
}

}  // namespace
}  // namespace hourglass
