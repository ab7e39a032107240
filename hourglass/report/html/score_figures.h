#pragma once

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/report/html/markup.h"

namespace hourglass {

/// Draws the histogram of anomaly scores with the threshold, where rows are scored.
void draw_score_figures(FigureBuilder& sheet, const Analysis& a);

/// HTML table of the rows with the highest scores; empty where rows are not scored.
Html top_rows(const Analysis& a);

}  // namespace hourglass
