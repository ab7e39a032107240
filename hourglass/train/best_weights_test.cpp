#include "hourglass/train/best_weights.h"

#include <gtest/gtest.h>

#include "support/networks.h"

namespace hourglass {
namespace {

/// A model whose first weight has this value.
Autoencoder weight(float value) {
  Autoencoder model(hourglass::model({layer("dense", 1)}, {layer("dense", 1)}), {1});
  model.theta().as<float>()[0] = value;
  return model;
}

TEST(BestWeights, HoldsThoseOfTheSmallestLoss) {
  BestWeights best({}, weight(0));
  best.update(1, 0.5, weight(1));
  best.update(2, 0.4, weight(2));
  best.update(3, 0.4, weight(3));
  EXPECT_EQ(best.best().epoch, 2) << "the first of equals";
  EXPECT_EQ(best.best().loss, 0.4);
  EXPECT_EQ(best.snapshot().tensors("best").at("best").as<float>()[0], 2);
}

TEST(BestWeights, IgnoresAnImprovementOfMinDeltaOrLess) {
  BestWeights best({.patience = 1, .min_delta = 0.25}, weight(0));
  best.update(1, 1.0, weight(1));
  best.update(2, 0.75, weight(2));
  EXPECT_EQ(best.best().epoch, 1);
  EXPECT_TRUE(best.is_patience_over(2));
}

TEST(BestWeights, CountsPatienceFromTheBestEpoch) {
  BestWeights best({.patience = 2}, weight(0));
  EXPECT_FALSE(best.is_patience_over(0));
  best.resume({4, 0.1});
  best.update(5, 0.2, weight(1));
  EXPECT_FALSE(best.is_patience_over(5));
  EXPECT_TRUE(best.is_patience_over(6));
}

}  // namespace
}  // namespace hourglass
