#pragma once

#include <string>

namespace hourglass {

/// [data]
struct DataConfig {
  std::string source;         ///< "mnist", "fashion-mnist" or a path
  std::string scale = "unit";  ///< "unit" (bytes / 255), "standard", "minmax", "none"
  double validation = 0.0;    ///< fraction of the training rows held out, in [0, 1)
  bool shuffle = true;
};

}  // namespace hourglass
