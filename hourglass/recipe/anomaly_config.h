#pragma once

#include "hourglass/base/schema/fields.h"

namespace hourglass {

/// [anomaly]: the anomaly score is fitted at the end of training and stored in the model.
struct AnomalyConfig {
  double quantile = 0.95;  ///< fraction of the fitted rows below the threshold: validation rows, or training rows if
                           ///< none are held out

  bool operator==(const AnomalyConfig&) const = default;
};

template <class V>
void fields(V& v, AnomalyConfig& c) {
  v.field("quantile", c.quantile, inside(0, 1),
          "fraction of the validation rows below the threshold; of the training rows if none are held out");
}

}  // namespace hourglass
