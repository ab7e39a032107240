#pragma once

#include <optional>

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Draws the distribution of the code and its dependence on the input: activations, mean activation with the target ρ
/// of sparse_kl if there is one, map of codes, Jacobian spectrum and contraction curve.
void draw_code_figures(FigureBuilder& sheet, const Analysis& a, std::optional<double> target);

/// Axes for spectra, and singular values as a series on them.
Chart spectrum_chart();
Series spectrum_series(const std::vector<double>& values, const std::string& label, int style);

/// Axes for contraction curves, and a curve as a series on them.
Chart contraction_chart();
Series contraction_series(const ContractionCurve& curve, const std::string& label, int style);

}  // namespace hourglass
