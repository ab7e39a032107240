#pragma once

#include <string>
#include <vector>

#include "hourglass/report/html/figures.h"

namespace hourglass {

/// What report.html tells of a run.
struct RunReport {
  std::string name, description;
  std::string recipe;          ///< as TOML
  std::string reconstruction;  ///< "bce" or "mse"
  std::vector<EpochRecord> epochs;
  Analysis analysis;
  Figures figures;
};

/// One self-contained HTML page: styles, SVGs and images inside, no script, no address outside; light and dark by the
/// reader's setting, for wide and narrow screens and paper.
std::string report_page(const RunReport& report);

}  // namespace hourglass
