#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Every figure of a run that its epochs and analysis have the numbers for. `target` is ρ where the recipe has one.
Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target,
                     const ChartRenderer& render = render_chart);

}  // namespace hourglass
