#pragma once

#include "hourglass/data/dataset.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/recipe/recipe.h"
#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"
#include "hourglass/run/run_folder.h"

namespace hourglass::cli {

/// What the pictures of a run are made of.
struct DrawnRun {
  const Recipe& recipe;
  const Autoencoder& model;
  std::string reconstruction;  ///< "bce" or "mse"
  const std::vector<EpochRecord>& epochs;
  const Dataset& samples;
};

/// Writes loss.png, reconstructions.png, report.html and plots/. Throws Error at the first that cannot be drawn.
void draw_run(const RunFolder& folder, const DrawnRun& run, int threads);
/// Those that are not there yet. What cannot be drawn is a note on stderr: no picture is worth a finished run.
void draw_missing(const RunFolder& folder, const DrawnRun& run, int threads);
/// The epochs of a run folder's metrics.jsonl; none where there is no such file.
std::vector<EpochRecord> epochs_of(const std::filesystem::path& run);

/// Writes plots/NAME.png and, of plots, plots/NAME.svg below a folder.
void write_figures(const std::filesystem::path& folder, const Figures& figures);

/// Whether all of them are there.
bool is_drawn(const RunFolder& folder);

}  // namespace hourglass::cli
