#include "hourglass/train/divergence_guard.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/networks.h"

namespace hourglass {
namespace {

struct Guarded {
  Autoencoder model{model_config(), {3}};
  Optimizer adam{{.learning_rate = 0.5}, DType::f32, model.theta().size()};
  DivergenceGuard guard{model, adam};
  static ModelConfig model_config() { return hourglass::model({layer("dense", 2)}, {layer("dense", 3)}); }
};

TEST(DivergenceGuard, RestoresTheSnapshotAndNamesTheTensor) {
  Guarded g;
  g.model.theta().as<float>()[0] = 1;
  g.guard.snapshot_weights("after epoch 3");
  EXPECT_EQ(g.guard.non_finite_tensor(), "");
  g.model.theta().as<float>()[0] = NAN;
  EXPECT_EQ(g.guard.non_finite_tensor(), "encoder.0.weight");
  EXPECT_EQ(g.guard.restore_weights(4, 7),
            "diverged at epoch 4 step 7: tensor encoder.0.weight is not finite; the weights after epoch 3 are kept. A "
            "smaller learning rate than 0.5 may help");
  EXPECT_EQ(g.model.theta().as<float>()[0], 1);
}

TEST(DivergenceGuard, LooksAtTheStateOfTheOptimiser) {
  Guarded g;
  g.adam.state().at("adam.v").as<float>()[5] = INFINITY;
  EXPECT_EQ(g.guard.non_finite_tensor(), "adam.v");
}

}  // namespace
}  // namespace hourglass
