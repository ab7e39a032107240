#pragma once

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Draws the histogram of anomaly scores with the threshold, where rows are scored.
void draw_score_figures(FigureBuilder& sheet, const Analysis& a);

/// HTML table of the rows with the highest scores; empty where rows are not scored.
std::string top_rows(const Analysis& a);

}  // namespace hourglass
