#include <fmt/format.h>

#include "cli/commands.h"
#include "hourglass/data/known.h"

namespace hourglass::cli {

namespace {

void list() {
  for (const KnownSet& set : known_sets()) {
    const auto folder = kept_folder(set);
    fmt::print("{:16} {}\n", set.name,
               folder ? folder->string() : "not here; get it with: hourglass data fetch " + set.name);
  }
}

void fetch_named(const std::string& name) {
  const FetchResult result = fetch(name);
  fmt::print("{}: {} ({})\n", name, result.folder.string(), result.origin);
}

}  // namespace

void add_data(CLI::App& app) {
  auto* verb = app.add_subcommand("data", "List the known data sets, or fetch one");
  auto name = std::make_shared<std::string>();
  auto* fetch_verb = verb->add_subcommand("fetch", "Find or download a data set, verify it and keep it");
  fetch_verb->add_option("DATASET", *name, fmt::format("One of {}", fmt::join(known_names(), ", ")))->required();
  verb->require_subcommand(0, 1);
  verb->callback([=] { *fetch_verb ? fetch_named(*name) : list(); });
}

}  // namespace hourglass::cli
