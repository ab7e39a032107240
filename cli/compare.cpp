#include <fmt/format.h>

#include <iostream>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/comparison.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

struct Options {
  ComparisonRequest request;
  std::string folder;
  bool json = false;
};

void compare(const Options& o) {
  StageProgress progress(std::cerr, progress_options());
  ComparisonRequest request = o.request;
  request.folder = o.folder;
  const Comparison comparison = compare_models(
      request, [&](std::string_view what, double done) { progress.update(what, done); }, print_note);
  write_comparison(o.folder, comparison);
  if (o.json) return print_exact(comparison_json(comparison) + "\n");
  say("{}", std::filesystem::path(o.folder) / "compare.html");
}

}  // namespace

void add_compare(Subcommand app) {
  auto verb = app.add_subcommand("compare", "Compare several models on the same data");
  auto& o = verb.callback(compare);
  verb.add_option("MODEL", o.request.models, fmt::format("Two or more: {}", kModelHelp)).required().at_least(2);
  declare_measured_data(verb, o.request.data, o.request.threads);
  verb.add_option("-o,--output-dir", o.folder, "Folder for compare.html, compare.json and plots/")
      .required()
      .type_name("DIR");
  verb.add_option("--metrics", o.request.metrics, "More metrics, with commas, as of eval; \"all\" takes a while")
      .separated_by(',')
      .type_name("METRICS");
  verb.add_flag("--json", o.json, "Print what compare.json holds");
}

}  // namespace hourglass::cli
