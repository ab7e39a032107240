#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hourglass/data/formats/image.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Layout of image_grid.
struct GridOptions {
  std::vector<std::string> captions = {};  ///< at the left, one per row, or none
  int columns = 10;                        ///< at most, fewer with fewer samples
  /// Pixels per value in each direction; 0: a longer side of about 84 pixels, ×3 for 28 × 28, and of at most 168 for
  /// large samples, whose pixels are means of squares of values (of 1000 for strips); less where a grid of them had
  /// more than 2¹⁹ values.
  int scale = 0;
  int gap = 4;  ///< pixels between samples
};

/// Draws the first samples of each batch side by side, one batch below the other: inputs above their reconstructions.
/// Batches are f32 (N, size of `sample`), channels first, none with more samples than the first, which has at least
/// one; values are clipped to [0, 1], NaN is black. A sample is (C, H, W) with one or three channels, or (D): drawn as
/// a square when D ≥ 16 is a square number, else as a strip one value high. Throws Error for other shapes and for an
/// image over 2²⁸ values.
Image image_grid(std::span<const ConstView> batches, const Shape& sample, const GridOptions& options = {});

/// Draws the samples of one batch, row by row, `columns` in a row. Shapes, values and errors as in image_grid.
Image tile(ConstView samples, const Shape& sample, int columns = 10);

}  // namespace hourglass
