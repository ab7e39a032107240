#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "hourglass/app/inspect.h"
#include "hourglass/app/time_column.h"
#include "hourglass/base/text.h"
#include "hourglass/data/known.h"
#include "hourglass/data/source.h"
#include "hourglass/recipe/suggest.h"

namespace hourglass::cli {

namespace {

void list() {
  for (const KnownSet& set : known_sets()) {
    const auto folder = kept_folder(set);
    say("{:16} {}", set.name, folder ? folder->string() : "not here; get it with: hourglass data fetch " + set.name);
  }
}

void fetch_named(const std::string& name) {
  const FetchResult result = fetch(name);
  say("{}: {} ({})", name, result.folder, result.origin);
}

void print_column(const TableColumn& c) {
  std::string text = c.numbers + c.texts == 0 ? ""
                     : c.texts == 0
                         ? fmt::format("{} to {}", c.low, c.high)
                         : fmt::format("{} unique strings", c.words.size() > kMostCategories
                                                                ? fmt::format("more than {}", kMostCategories)
                                                                : std::to_string(c.words.size()));
  if (c.texts > 0 && c.numbers > 0) text += fmt::format(" among {} numbers", c.numbers);
  if (c.missing > 0) text += fmt::format("{}{} missing", text.empty() ? "" : ", ", c.missing);
  if (c.is_constant()) text += ", constant";
  const char* type = c.texts > 0 ? "text" : c.numbers == 0 ? "empty" : c.is_integer() ? "integer" : "float";
  say("  {:24} {:7} {}", c.name, type, text);
}

void print_summary(const ColumnSummary& all) {
  say("  {} features from {} to {}, {} of them constant, {} values missing", all.columns, all.low, all.high,
      all.constant, all.missing);
}

std::string label_text(const Inspection& found) {
  if (found.labels.empty()) return "";
  std::string text = fmt::format(", {} classes", found.labels.size());
  if (found.classes.empty() || found.classes.size() > Inspection::kMostShown) return text;
  return fmt::format("{}: {}", text, listed(found.classes, Inspection::kMostShown));
}

/// What the extents of a sample are.
std::string shape_text(const Inspection& found) {
  return found.sample.text() + (found.sample.rank() == 3 ? " (channels × height × width)" : "");
}

/// How the data are read, and which columns are used how.
void print_decisions(const std::vector<ReadingDecision>& reading, const std::vector<ReadingDecision>& columns) {
  if (reading.empty() && columns.empty()) return;
  say("\nDecisions, and the key of [data] that changes each:");
  for (const auto* decisions : {&reading, &columns})
    for (const auto& [text, key, is_uncertain] : *decisions)
      say("  {:14} {}{}", key.empty() ? "-" : key, text, is_uncertain ? " (uncertain)" : "");
}

/// Prints what the source holds and how it is read, and returns how to read it.
ReadOptions describe(const std::string& source, const Inspection& found) {
  say("{}: {}", source, found.format);
  say("{} rows of {}{}{}", found.rows, shape_text(found),
      found.test_rows > 0 ? fmt::format(", {} more for tests", found.test_rows) : "", label_text(found));
  for (const std::string& note : found.notes) say("{}", note);
  if (found.summary.columns > static_cast<int64_t>(Inspection::kMostShown))
    print_summary(found.summary);
  else
    for (const TableColumn& c : found.columns) print_column(c);
  const auto [how, decisions] = suggested_reading(found);
  print_decisions(found.decisions, decisions);
  return how;
}

void inspect(const std::string& source) {
  const Inspection found = inspect_source(source);
  const ReadOptions how = describe(source, found);
  const DataSplits data = open_source(source, how);
  const std::string word = shell_path(source);
  say("\nSuggested recipe, which `hourglass train --data {}` uses:\n", word);
  print_lines(recipe_toml(suggest_recipe(source, how, data.train)));
  say("\nFor anomaly scores: `hourglass train --anomalies --data {}`", word);
  if (const auto time = time_column(source, found, how))
    say("The rows are a time series in the order of \"{}\", so that this trains on windows of rows (recipe "
        "series-anomaly).",
        *time);
}

}  // namespace

void add_data(Subcommand app) {
  auto verb = app.add_subcommand("data", "List the known data sets, fetch one, or inspect any");
  auto name = std::make_shared<std::string>();
  auto fetch_verb = verb.add_subcommand("fetch", "Find or download a data set, verify it and keep it");
  fetch_verb.add_option("DATASET", *name, fmt::format("One of {}", fmt::join(known_names(), ", "))).required();
  auto inspect_verb = verb.add_subcommand("inspect", "Show what a data set holds, and suggest a recipe");
  auto source = std::make_shared<std::string>();
  inspect_verb.add_option("DATA", *source, "A file, a folder or a known name").required();
  verb.allow_one_subcommand();
  verb.callback([=] {
    fetch_verb.was_given() ? fetch_named(*name) : inspect_verb.was_given() ? inspect(*source) : list();
  });
}

}  // namespace hourglass::cli
