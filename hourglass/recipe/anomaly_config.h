#pragma once

#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// [anomaly]: after training, what scores of rows are measured against is fitted and kept in the model.
struct AnomalyConfig {
  double quantile = 0.95;  ///< of the scores of the validation rows, or of the training rows where none are held out

  bool operator==(const AnomalyConfig&) const = default;
};

template <class V>
void fields(V& v, AnomalyConfig& c) {
  v.field("quantile", c.quantile, inside(0, 1),
          "share of the validation rows, else training rows, below the threshold");
}

}  // namespace hourglass
