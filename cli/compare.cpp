#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/comparison.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<std::string> models, metrics;
  bool json = false;
};

void compare(const Options& o) {
  StageProgress progress(std::cerr, progress_options());
  const Comparison comparison = compare_models(
      {o.models, {o.data, o.split}, o.metrics, o.threads},
      [&](std::string_view what, double done) { progress.update(what, done); }, print_note);
  write_comparison(o.output, comparison);
  fmt::print("{}\n",
             o.json ? comparison_json(comparison) : (std::filesystem::path(o.output) / "compare.html").string());
}

}  // namespace

void add_compare(Subcommand app) {
  auto verb = app.add_subcommand("compare", "Set several models side by side on the same data");
  auto o = std::make_shared<Options>();
  verb.add_option("MODEL", o->models, fmt::format("Two or more: {}", kModelHelp)).required().at_least(2);
  o->declare_data(verb);
  verb.add_option("-o,--output-dir", o->output, "Folder for compare.html, compare.json and plots/")
      .required()
      .type_name("DIR");
  verb.add_option("--metrics", o->metrics, "More metrics, with commas, as of eval; \"all\" takes a while")
      .separated_by(',')
      .type_name("METRICS");
  verb.add_flag("--json", o->json, "Print what compare.json holds");
  verb.callback([o] { compare(*o); });
}

}  // namespace hourglass::cli
