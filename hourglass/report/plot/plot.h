#pragma once

#include <string>
#include <vector>

#include "hourglass/report/plot/chart.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// The losses of a run over its epochs: the reconstruction of every split in one panel, each penalty (unweighted, of
/// the training rows) in a panel of its own below. An axis turns logarithmic when its values span more than two
/// decades.
struct LossPlot {
  using Format = ImageFormat;

  std::vector<EpochRecord> epochs;
  std::string reconstruction;  ///< its name, "bce"
  std::string title;

  /// The image as a file's bytes, drawn by gnuplot: 1200 × 800 pixels, 1200 × 560 without penalties. Throws Error
  /// without epochs, RuntimeFailure when gnuplot is missing or fails.
  std::string render(Format format) const;
  /// The panels as figures of their own: the reconstruction's first, then each penalty's.
  std::vector<Chart> charts() const;
};

}  // namespace hourglass
