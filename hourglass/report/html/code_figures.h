#pragma once

#include <optional>

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// How the code is used and how it follows the input: activations, mean activation against the target ρ where there is
/// one, map of codes, spectrum and contraction curve.
void draw_code_figures(FigureSheet& sheet, const Analysis& a, std::optional<double> target);

/// The axes for spectra and the values as a series on them.
Chart spectrum_chart();
Series spectrum_series(const std::vector<double>& values, const std::string& label, int style);

/// The same for contraction curves.
Chart contraction_chart();
Series contraction_series(const ContractionCurve& curve, const std::string& label, int style);

}  // namespace hourglass
