#include "cli/help/verb_tree.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

namespace hourglass::cli {

namespace {

std::vector<std::string> names_of(const CLI::Option& option) {
  if (option.get_positional()) return {option.get_name(true)};
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

/// Sorted by name: CLI11 sorts them by address.
std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) names.push_back(names_of(*option).back());
  std::sort(names.begin(), names.end());
  return names;
}

/// What stands between the first `open` and the last `close`; empty when one is missing.
std::string between(const std::string& text, std::string_view open, std::string_view close) {
  const size_t start = text.find(open), end = text.rfind(close);
  if (start == std::string::npos || end == std::string::npos || end < start + open.size()) return "";
  return text.substr(start + open.size(), end - start - open.size());
}

/// What CLI11 tells of a value's type and checks, as in its help: "INT:INT in [0 - 9]", "TEXT:{a,b}", "TEXT:FILE".
void read_type(const std::string& type, Argument& argument) {
  argument.value = type.substr(0, type.find(':'));
  if (const std::string choices = between(type, ":{", "}"); !choices.empty()) argument.choices = split(choices, ',');
  argument.least = between(type, " in [", " - ");
  if (!argument.least.empty()) argument.most = between(type, " - ", "]");
  if (type.ends_with(":FILE")) argument.value = "FILE";
}

Argument argument_of(const CLI::Option& option) {
  Argument a;
  a.names = names_of(option);
  if (option.get_items_expected_max() > 0) read_type(option.get_type_name(), a);
  if (option.get_positional()) a.value = a.names.front();
  a.description = option.get_description();
  a.preset = option.get_default_str();
  a.needs = names_of(option.get_needs());
  a.excludes = names_of(option.get_excludes());
  a.required = option.get_required();
  a.repeated = option.get_items_expected_max() > 1;
  return a;
}

Verb verb_below(const CLI::App& app, const std::string& above) {
  Verb verb{app.get_name(), above + app.get_name(), app.get_description(), {}, {}, {}};
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? verb.positionals : verb.options).push_back(argument_of(*option));
  for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; }))
    verb.verbs.push_back(verb_below(*below, verb.path + " "));
  return verb;
}

}  // namespace

Verb verb_tree(const Subcommand& program) { return verb_below(program.app(), ""); }

std::vector<std::string> split(const std::string& text, char separator) { return CLI::detail::split(text, separator); }

}  // namespace hourglass::cli
