#pragma once

#include "hourglass/app/open.h"
#include "hourglass/base/interrupted.h"
#include "hourglass/eval/measured_rows.h"
#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/run/events.h"
#include "hourglass/run/run_folder.h"

namespace hourglass {

/// What loss.png, reconstructions.png and report.html of a run show. All references must outlive it.
struct RunResults {
  const Recipe& recipe;
  const Autoencoder& model;
  std::string loss;                        ///< name of the reconstruction loss: "bce" or "mse"
  const std::vector<EpochRecord>& epochs;  ///< without any there is no loss.png
  const Dataset& samples;
  const AnomalyScale* anomaly = nullptr;  ///< null: the model has none
  int threads = 0;                        ///< 0: all available cores
  EvaluationProgress progress = nullptr;  ///< what it throws ends the drawing, with complete files only
};

/// Writes those of loss.png, reconstructions.png, report.html that are missing, and with the last the figures in
/// plots/, which are always drawn anew. A failure is a note, not an error; Interrupted is passed on.
void draw_missing_report_files(const RunFolder& folder, const RunResults& run, const Notify& notify);

/// Draws all images and the report of a run folder again, on the run's own data or those of the request. A chart that
/// cannot be drawn is a note. Throws Error at the first other failure, where `run` is not a run folder or another
/// process writes to it, and as refuse_overwriting does.
void redraw_run(const std::filesystem::path& run, const DataRequest& data, int threads, const Notify& notify,
                const EvaluationProgress& progress);

/// Writes plots/NAME.png and, of charts, plots/NAME.svg below `folder`. Throws Error as FolderFiles does.
void write_figures(const std::filesystem::path& folder, const Figures& figures);

}  // namespace hourglass
