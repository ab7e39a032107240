#include "hourglass/app/find_rate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "hourglass/app/outputs.h"
#include "hourglass/app/training.h"
#include "hourglass/base/file.h"
#include "hourglass/base/interrupted.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/formats/csv_writer.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/source_files.h"
#include "hourglass/report/plot/chart.h"

namespace hourglass {

namespace {

void check(const FindRateRequest& request, const Recipe& recipe) {
  const RateRange& range = request.range;
  if (!(range.from < range.to)) fail("the range from {} to {} does not rise", range.from, range.to);
  Files read = files_of_source(recipe.data.source);
  read.emplace_back(request.recipe.name);
  if (!request.plot.empty()) check_output(request.plot, {".png", ".svg"}, read);
  if (!request.csv.empty()) check_output(request.csv, {".csv"}, read);
}

std::vector<double> column(const RateTest& test, double RateStep::*value) {
  std::vector<double> all;
  for (const RateStep& s : test.steps) all.push_back(s.*value);
  return all;
}

void write_csv(const std::string& path, const RateTest& test) {
  std::vector<CsvColumn> columns;
  for (const auto& [name, value] :
       {std::pair("learning_rate", &RateStep::rate), {"loss", &RateStep::loss}, {"smoothed_loss", &RateStep::smoothed}})
    columns.push_back(
        {name, [&test, value](std::string& text, int64_t row) { text += fmt::format("{}", test.steps[row].*value); }});
  write_file_atomically(path, csv_table(std::ssize(test.steps), columns));
}

/// At powers of ten, at most ten of them.
std::vector<std::pair<double, std::string>> decades(double from, double to) {
  constexpr double kRounding = 1e-9;
  const int first = static_cast<int>(std::ceil(std::log10(from) - kRounding));
  const int last = static_cast<int>(std::floor(std::log10(to) + kRounding));
  std::vector<std::pair<double, std::string>> tics;
  for (int k = first; k <= last; k += (last - first) / 10 + 1)
    tics.emplace_back(std::pow(10, k), fmt::format("1e{}", k));
  return tics;
}

Chart chart_of(const RateTest& test, const std::string& name) {
  const auto rates = column(test, &RateStep::rate);
  Chart chart{.title = name,
              .x = {.label = "learning rate",
                    .scale = ChartAxis::Scale::logarithmic,
                    .tics = decades(rates.front(), rates.back())},
              .y = {.label = "loss of a batch", .scale = ChartAxis::Scale::automatic}};
  chart.series = {{"loss", 1, Series::Mark::points, rates, column(test, &RateStep::loss)},
                  {"smoothed", 0, Series::Mark::lines, rates, column(test, &RateStep::smoothed)}};
  if (test.suggestion) {
    const auto& steps = test.steps;
    const auto at = std::ranges::lower_bound(steps, *test.suggestion, {}, &RateStep::rate);
    chart.title += fmt::format(": suggested learning rate {:.2g}", *test.suggestion);
    chart.series.push_back({"suggested", 2, Series::Mark::points, {*test.suggestion}, {at->smoothed}});
  }
  return chart;
}

void write_plot(const std::string& path, const RateTest& test, const std::string& name) {
  const auto files = render_charts(std::array{chart_of(test, name)});
  write_file_atomically(path, path.ends_with(".svg") ? files[0].svg : files[0].png);
}

}  // namespace

RateTest find_rate(const FindRateRequest& request, const Notify& notify, const std::function<bool(double)>& progress) {
  const Recipe recipe = choose_recipe(request.recipe, notify);
  check(request, recipe);
  const DataSplits data = open_recipe_data(recipe, notify);
  Autoencoder model = initial_model(recipe, data.train, std::nullopt);
  const std::vector<uint32_t> rows = validation_split(recipe, data.train).train;
  model.scaler = fit_scaler(recipe.data, data.train, rows);
  if (reconstruction_of(recipe.objective, model.network()) == Reconstruction::bce)
    check_unit_interval(data.train, model.scaler);
  const auto or_interrupt = [&](double done) { return progress(done) ? true : throw Interrupted{}; };
  const RateTest test =
      test_rates(recipe, model, data.train, rows, request.range, thread_count(request.threads), or_interrupt);
  if (test.steps.empty()) throw RuntimeFailure(recipe.name + ": the loss is not finite with the initial weights");
  if (!request.csv.empty()) write_csv(request.csv, test);
  if (!request.plot.empty()) write_plot(request.plot, test, recipe.name);
  return test;
}

}  // namespace hourglass
