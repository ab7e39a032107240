#pragma once

#include <string>

namespace hourglass {

/// Which values of a metric one wants. Neither: it describes, as a code's mean activation does.
enum class Better { neither, lower, higher };

struct MetricWords {
  std::string name, meaning;
  Better better;
};

/// What a page says of a metric of docs/metrics.md. An unknown one has no meaning and is neither.
MetricWords metric_words(const std::string& name);

}  // namespace hourglass
