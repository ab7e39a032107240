#pragma once

#include <string>
#include <vector>

#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"

namespace hourglass {

/// What the data mean for a recipe's objective, measured on at most 10,000 rows that are spread evenly.
struct ObjectiveCheck {
  /// What will go wrong, each with the remedy: an output activation that cannot reach the scaled values; mse on
  /// features that are not scaled, where one has nearly all of the variance or all are far from a deviation of 1.
  std::vector<std::string> warnings;
  /// The reconstruction loss of a model that always gives the mean of each feature; 0 if all features are constant.
  double loss_of_mean = 0;
};

/// `model`: with its scaler fitted. `reconstruction`: of the objective, bce or mse.
ObjectiveCheck check_objective(const Recipe& recipe, const Autoencoder& model, const Dataset& train,
                               Reconstruction reconstruction);

}  // namespace hourglass
