#pragma once

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

/// What the units of a code stand for: first-layer filters, decoder atoms, traversals, the inputs that activate a unit
/// most. Where samples are not images, why there is nothing.
void draw_unit_figures(FigureSheet& sheet, const Analysis& a);

/// Images of weights in a grid, each by its own largest value: grey is 0, white above, black below.
Image signed_grid(const SignedPictures& images);

}  // namespace hourglass
