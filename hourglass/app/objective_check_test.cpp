#include "hourglass/app/objective_check.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hourglass/app/training.h"

namespace hourglass {
namespace {

/// Two features: sin of the row, and `factor` times its cosine.
Dataset waves(float factor) {
  std::vector<float> values;
  for (int i = 0; i < 400; ++i) {
    values.push_back(std::sin(static_cast<float>(i)));
    values.push_back(factor * std::cos(static_cast<float>(i)));
  }
  return {"waves.csv", {2}, std::move(values), {}, {"height", "salary"}};
}

ObjectiveCheck check(const Dataset& data, const std::string& scale, const std::string& last,
                     Reconstruction reconstruction = Reconstruction::mse) {
  const Recipe recipe =
      parse_recipe("[data]\nsource = 'x'\nscale = '" + scale +
                       "'\n[model]\nencoder = [{ dense = 1 }]\ndecoder = [{ dense = 2 }, '" + last + "']",
                   "r");
  return check_objective(recipe, untrained_model(recipe, data).autoencoder, data, reconstruction);
}

TEST(ObjectiveCheck, WarnsOfAnActivationThatCannotReachTheData) {
  const auto sigmoid = check(waves(1), "standard", "sigmoid");
  ASSERT_EQ(sigmoid.warnings.size(), 1u);
  for (const char* part :
       {"the decoder ends in \"sigmoid\", which gives values from 0 to 1, but with scale = \"standard\"", "to 1.41: 7",
        "Remove the last activation", "use scale = \"minmax\""})
    EXPECT_NE(sigmoid.warnings[0].find(part), std::string::npos) << sigmoid.warnings[0];
  for (const char* last : {"tanh", "relu", "softplus", "elu", "gelu"})
    EXPECT_EQ(check(waves(1), "standard", last).warnings.size(), 1u) << last;
  for (const char* last : {"identity", "leaky_relu"})
    EXPECT_TRUE(check(waves(1), "standard", last).warnings.empty()) << last;
  for (const char* last : {"sigmoid", "tanh", "relu", "identity"})
    EXPECT_TRUE(check(waves(50), "minmax", last).warnings.empty()) << last;
}

TEST(ObjectiveCheck, WarnsOfMseOnFeaturesThatAreNotScaled) {
  const auto different = check(waves(1000), "none", "identity");
  ASSERT_EQ(different.warnings.size(), 1u);
  EXPECT_EQ(
      different.warnings[0],
      "salary has 100 % of the variance of all features with scale = \"none\", so the mse is little but its error. "
      "Use scale = \"standard\"");
  Dataset large = waves(1);
  for (float& x : std::get<std::vector<float>>(large.values)) x *= 80;
  const auto huge = check(large, "unit", "identity");
  ASSERT_EQ(huge.warnings.size(), 1u);
  EXPECT_NE(huge.warnings[0].find("a standard deviation of 56."), std::string::npos) << huge.warnings[0];
  EXPECT_TRUE(check(waves(1), "none", "identity").warnings.empty());
  EXPECT_TRUE(check(waves(1000), "standard", "identity").warnings.empty());
}

TEST(ObjectiveCheck, KnowsTheLossOfTheMean) {
  EXPECT_NEAR(check(waves(3), "standard", "identity").loss_of_mean, 1, 1e-3);
  EXPECT_NEAR(check(waves(3), "none", "identity").loss_of_mean, (0.5 + 4.5) / 2, 0.02);
  EXPECT_NEAR(check(waves(1), "minmax", "sigmoid", Reconstruction::bce).loss_of_mean, std::log(2.0), 1e-3);
}

}  // namespace
}  // namespace hourglass
