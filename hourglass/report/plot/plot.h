#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hourglass/report/plot/chart.h"
#include "hourglass/run/events.h"

namespace hourglass {

/// Losses of a run over its epochs: the reconstruction loss of every split in one panel, each penalty (unweighted, of
/// the training rows) in its own panel below. An axis is logarithmic if its values span more than two decades.
struct LossPlot {
  using Format = PlotFormat;

  std::vector<EpochRecord> epochs;
  std::string reconstruction;  ///< name of the loss: "bce" or "mse"
  std::string title;

  /// Draws all panels; returns the bytes of the file: 1200 × 800 pixels, 1200 × 560 without penalties. Throws Error
  /// without epochs, RuntimeFailure if gnuplot is missing or fails.
  std::string render(Format format) const;
  /// The panels as separate charts: the reconstruction loss first, then each penalty.
  std::vector<Chart> charts() const;
};

/// A value after each epoch as a series with lines and points; NaN leaves a gap.
Series epoch_series(const std::vector<EpochRecord>& epochs, const std::string& label, int style,
                    const std::function<double(const EpochRecord&)>& value);

}  // namespace hourglass
