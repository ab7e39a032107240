#include "cli/help/completion.h"

#include <fmt/format.h>

#include <map>

#include "cli/commands.h"
#include "hourglass/app/shipped_models.h"
#include "hourglass/app/shipped_recipes.h"
#include "hourglass/data/known.h"
#include "hourglass/eval/metrics.h"

namespace hourglass::cli {

Offer offer(const Argument& argument) {
  using enum Offer::Paths;
  static const std::map<std::string, Offer> known = {{"RECIPE", {shipped_recipe_names(), files}},
                                                     {"MODEL", {shipped_models(), files}},
                                                     {"DATA", {known_names(), files}},
                                                     {"DATASET", {known_names(), none}},
                                                     {"METRICS", {metric_names(), none}},
                                                     {"DIR", {{}, folders}},
                                                     {"INT", {}},
                                                     {"UINT", {}},
                                                     {"FLOAT", {}}};
  if (!argument.choices.empty()) return {argument.choices, none};
  if (const auto found = known.find(argument.value); found != known.end()) return found->second;
  return {{}, argument.value.find('=') == std::string::npos ? files : none};
}

std::string single_quoted(const std::string& text) { return "'" + escaped(text, {{'\'', "'\\''"}}) + "'"; }

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

void add_completion(Subcommand app) {
  auto verb = app.add_subcommand("completion", "Print a script that completes words in a shell");
  static const std::map<std::string, std::string (*)(const Verb&)> shells = {
      {"bash", bash_completion}, {"fish", fish_completion}, {"zsh", zsh_completion}};
  auto shell = std::make_shared<std::string>();
  verb.add_option("SHELL", *shell, "Which shell").required().one_of({"bash", "fish", "zsh"});
  verb.callback([app, shell] { fmt::print("{}", shells.at(*shell)(verb_tree(app))); });
}

}  // namespace hourglass::cli
