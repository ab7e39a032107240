#include "hourglass/app/find_rate.h"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/json_output.h"
#include "hourglass/base/interrupted.h"
#include "hourglass/report/terminal/stage_progress.h"

namespace hourglass::cli {

namespace {

struct Options {
  FindRateRequest request;
  bool json = false;
};

void print_json(const RateTest& test) {
  nlohmann::ordered_json json = {{"suggestion", nullptr}, {"diverged", test.has_diverged}};
  if (test.suggestion) json["suggestion"] = *test.suggestion;
  json["steps"] = nlohmann::ordered_json::array();
  for (const RateStep& s : test.steps)
    json["steps"].push_back({{"learning_rate", s.rate}, {"loss", s.loss}, {"smoothed_loss", s.smoothed}});
  print_document(json);
}

void print_text(const RateTest& test, const FindRateRequest& request) {
  if (test.has_diverged)
    say("diverged at a learning rate of {:.2g}, after {} steps", test.steps.back().rate, test.steps.size());
  else
    say("did not diverge up to a learning rate of {:.2g}", test.steps.back().rate);
  if (test.suggestion)
    say("suggested learning rate: {:.2g}", *test.suggestion);
  else
    say("the loss falls nowhere between {:.2g} and {:.2g}: no rate is suggested", request.range.from, request.range.to);
  for (const std::string& file : {request.plot, request.csv})
    if (!file.empty()) say("{}", file);
}

void find_rate(const Options& o) {
  StageProgress bar(std::cerr, progress_options());
  std::function<bool()> stop;  // before the first step, while files are read, a signal ends the program
  const auto progress = [&](double done) {
    if (!stop) stop = stop_on_signals();
    bar.update("learning rates", done);
    return !stop();
  };
  try {
    const RateTest test = hourglass::find_rate(o.request, print_note, progress);
    bar.update("learning rates", 1);
    if (o.json) return print_json(test);
    print_text(test, o.request);
  } catch (const Interrupted&) {
    bar.note("interrupted; nothing was written");
    throw Exit{kInterrupted};
  }
}

}  // namespace

void add_find_rate(Subcommand app) {
  auto verb = app.add_subcommand("find-rate", "Train a few hundred steps at growing learning rates, and suggest one");
  auto& o = verb.callback(find_rate);
  auto& [recipe, range, threads, plot, csv] = o.request;
  verb.add_option("RECIPE", recipe.name, "A shipped recipe's name or a .toml file").required();
  verb.add_option("--data", recipe.data, "Data to use instead of the recipe's").type_name("DATA");
  declare_overrides(verb, recipe.overrides);
  verb.add_option("--from", range.from, "Learning rate of the first step").between(1e-12, 1e6).show_default();
  verb.add_option("--to", range.to, "Learning rate of the last step").between(1e-12, 1e6).show_default();
  verb.add_option("--steps", range.steps, "Steps of the test").between(20, 100000).show_default();
  verb.add_option("-o,--output", plot, "Write a plot of the loss, .png or .svg").type_name("FILE");
  verb.add_option("--csv", csv, "Write the steps as .csv").type_name("FILE");
  verb.add_flag("--json", o.json, "Print a JSON object with all steps");
  declare_threads(verb, threads);
}

}  // namespace hourglass::cli
