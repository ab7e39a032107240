#pragma once

#include <optional>

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Draws the distribution of the code and its dependence on the input: activations, mean activation with the target ρ
/// of sparse_kl if there is one, map of codes, Jacobian spectrum and contraction curve.
void draw_code_figures(FigureBuilder& sheet, const Analysis& a, std::optional<double> target);

/// Analyses with their labels in the legend. The position in the list selects the colour and line style of a series.
using LabelledAnalyses = std::vector<std::pair<std::string, const Analysis*>>;

/// Singular values of the encoders' Jacobians, and contraction curves: a series for each analysis that has them.
Chart spectrum_chart(const LabelledAnalyses& analyses);
Chart contraction_chart(const LabelledAnalyses& analyses);

}  // namespace hourglass
