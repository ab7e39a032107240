#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/eval/analysis.h"
#include "hourglass/report/chart.h"
#include "hourglass/train/events.h"

namespace hourglass {

/// A plot or a grid of pictures, ready to be shown and kept.
struct Figure {
  std::string section;  ///< "training", "reconstruction", "units", "code" or "contraction"
  std::string name;     ///< of its files: "contraction-curve"
  std::string title, caption;
  std::string svg;  ///< empty for grids of pictures, which are pixels
  std::string png;
};

struct Figures {
  std::vector<Figure> drawn;
  std::vector<Omission> omissions;  ///< what could not be drawn
};

/// Every figure that epochs and analysis have the numbers for. `target` is ρ where the recipe has one.
Figures draw_figures(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                     const Analysis& analysis, std::optional<double> target);

}  // namespace hourglass
