#pragma once

#include <optional>

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Draws the distribution of the code and its dependence on the input: activations, mean activation with the target ρ
/// if there is one, map of codes, Jacobian spectrum and contraction curve.
void draw_code_figures(FigureSheet& sheet, const Analysis& a, std::optional<double> target);

/// Chart for spectra, and the values as a series of it.
Chart spectrum_chart();
Series spectrum_series(const std::vector<double>& values, const std::string& label, int style);

/// The same for contraction curves.
Chart contraction_chart();
Series contraction_series(const ContractionCurve& curve, const std::string& label, int style);

}  // namespace hourglass
