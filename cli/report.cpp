#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/run_report.h"

namespace hourglass::cli {

namespace {

void report(const ModelOptions& o) {
  redraw_run(o.model, o.data, o.threads, print_note);
  fmt::print("{}\n", (std::filesystem::path(o.model) / "report.html").string());
}

}  // namespace

void add_report(Subcommand app) {
  auto verb = app.add_subcommand("report", "Regenerate a run's images and report.html");
  auto& o = verb.callback(report);
  verb.add_option("MODEL", o.model, "A run folder").required();
  declare_data(verb, o.data, o.threads);
}

}  // namespace hourglass::cli
