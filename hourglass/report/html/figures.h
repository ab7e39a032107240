#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Draws every figure of a run for which there are numbers. `target` is ρ of sparse_kl, if the recipe has it.
Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target);

}  // namespace hourglass
