#pragma once

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// Draws what the units of a code represent: first-layer filters, decoder atoms, latent traversals and the inputs that
/// activate a unit most. If samples are not images, adds an omission that says so.
void draw_unit_figures(FigureBuilder& sheet, const Analysis& a);

/// A grid of images of weights, each scaled by its largest absolute value: grey is 0, white positive, black negative.
Image signed_grid(const SignedImages& images);

}  // namespace hourglass
