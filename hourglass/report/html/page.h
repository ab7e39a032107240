#pragma once

#include <string>
#include <vector>

#include "hourglass/report/html/figures.h"

namespace hourglass {

/// Contents of report.html.
struct RunReport {
  std::string name, description;
  std::string recipe;          ///< as TOML
  std::string reconstruction;  ///< "bce" or "mse"
  std::vector<EpochRecord> epochs;
  Analysis analysis;
  Figures figures;
};

/// Writes the report as one page (html_page).
std::string report_page(const RunReport& report);

}  // namespace hourglass
