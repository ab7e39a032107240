#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/run_pictures.h"

namespace hourglass::cli {

namespace {

void report(const ModelOptions& o) {
  redraw_run(o.model, {o.data, o.split}, o.threads, print_note);
  fmt::print("{}\n", (std::filesystem::path(o.model) / "report.html").string());
}

}  // namespace

void add_report(Subcommand app) {
  auto verb = app.add_subcommand("report", "Regenerate a run's images and report.html");
  auto o = std::make_shared<ModelOptions>();
  o->declare(verb);
  verb.get_option("MODEL").description("A run folder");
  verb.callback([o] { report(*o); });
}

}  // namespace hourglass::cli
