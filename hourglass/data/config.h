#pragma once

#include <string>

#include "hourglass/base/fields.h"

namespace hourglass {

/// [data]
struct DataConfig {
  std::string source;          ///< "mnist", "fashion-mnist" or a path
  std::string scale = "unit";  ///< "unit" (bytes / 255), "center", "standard", "minmax", "none"
  double validation = 0.0;     ///< fraction of the training rows held out, in [0, 1)
  bool shuffle = true;

  bool operator==(const DataConfig&) const = default;
};

template <class V>
void fields(V& v, DataConfig& c) {
  v.needs("source");
  v.field("source", c.source, Anything{}, "a known name (mnist, fashion-mnist) or a path");
  v.check(!c.source.empty(), "source: expected a name or a path, found empty text");
  v.field("scale", c.scale, OneOf{{"unit", "center", "standard", "minmax", "none"}},
          "how features are scaled; unit: bytes / 255; center: that minus the training rows' mean");
  v.field("validation", c.validation, fraction(), "fraction of the training rows held out; 0.1 if early stopping asks");
  v.field("shuffle", c.shuffle, Anything{}, "a new order in every epoch");
}

}  // namespace hourglass
