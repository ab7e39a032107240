#pragma once

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Adds the figures of a variational model: divergence per unit, samples from the prior and, for a code of two units,
/// the manifold. None for other models.
void draw_prior_figures(FigureBuilder& sheet, const Analysis& analysis);

}  // namespace hourglass
