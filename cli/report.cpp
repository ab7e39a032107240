#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/run_report.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

void report(const ModelOptions& o) {
  StageProgress stages(std::cerr, progress_options());
  std::function<bool()> stop;  // before the first part, while files are read, a signal ends the program
  try {
    redraw_run(
        o.model, o.data, o.threads, [&](const std::string& text) { stages.note(text); },
        [&](std::string_view part, double done) {
          if (!stop) stop = stop_on_signals();
          if (stop()) throw Interrupted{};
          stages.update(part, done);
        });
  } catch (const Interrupted&) {
    stages.note("interrupted; the files that were not drawn are as they were");
    throw Exit{kInterrupted};
  }
  say("{}", std::filesystem::path(o.model) / "report.html");
}

}  // namespace

void add_report(Subcommand app) {
  auto verb = app.add_subcommand("report", "Regenerate a run's images and report.html");
  auto& o = verb.callback(report);
  verb.add_option("MODEL", o.model, "A run folder").required();
  declare_measured_data(verb, o.data, o.threads);
}

}  // namespace hourglass::cli
