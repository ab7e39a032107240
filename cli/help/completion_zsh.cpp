#include <fmt/format.h>

#include "cli/help/completion.h"

namespace hourglass::cli {

namespace {

constexpr const char* kZshStart = R"(#compdef hourglass
# What "hourglass completion zsh" prints.

_hourglass_or_file() {
  local none=1
  compadd -- "$@" && none=0
  _files && none=0
  return none
}
)";

constexpr const char* kZshEnd = R"(
if [[ $funcstack[1] == _hourglass ]]; then
  _hourglass "$@"
else
  compdef _hourglass hourglass
fi
)";

std::string function(const Verb& verb) { return fmt::format("_{}", fmt::join(verb.path, "_")); }

std::string described(const std::string& text) {
  return escaped(text, {{'\\', "\\\\"}, {':', "\\:"}, {'[', "\\["}, {']', "\\]"}});
}

/// The last part of a specification: ":FILE:_files".
std::string value_of(const Argument& a) {
  const Offer o = offer(a);
  const std::string words = "(" + joined(o.words) + ")";
  const std::string action = o.paths == Offer::Paths::folders ? "_files -/"
                             : o.paths == Offer::Paths::none  ? (o.words.empty() ? " " : words)
                             : o.words.empty()                ? "_files"
                                                              : fmt::format(" _hourglass_or_file {}", joined(o.words));
  return fmt::format(":{}:{}", described(a.value), action);
}

std::string option(const Argument& a) {
  std::vector<std::string> ruled_out = a.excludes;
  ruled_out.insert(ruled_out.end(), a.names.begin(), a.names.end());
  const std::string excluded = a.repeated ? "*" : "(" + joined(ruled_out) + ")";
  std::string text;
  for (const auto& name : a.names) {
    const bool with_equals = !a.value.empty() && name.starts_with("--");
    text += " \\\n    " + single_quoted(fmt::format("{}{}{}[{}]{}", excluded, name, with_equals ? "=" : "",
                                                    described(a.description), a.value.empty() ? "" : value_of(a)));
  }
  return text;
}

/// After a verb with others below it: their names, then what the chosen one takes.
std::string below(const Verb& verb) {
  std::string names, cases;
  for (const Verb& v : verb.verbs) {
    names += " " + single_quoted(described(v.path.back()) + ":" + described(v.description));
    cases += fmt::format("    {}) {} ;;\n", v.path.back(), function(v));
  }
  return fmt::format(
      "  case $state in\n  verb)\n    local -a verbs=({})\n    _describe verb verbs ;;\n"
      "  rest)\n    case $words[1] in\n{}    esac ;;\n  esac\n",
      names, cases);
}

std::string functions(const Verb& verb) {
  std::string text = fmt::format(
      "\n{}() {{\n  local context state state_descr line\n  local -A opt_args\n  _arguments -s -C", function(verb));
  for (const Argument& a : verb.options) text += option(a);
  for (const Argument& a : verb.positionals) text += " \\\n    " + single_quoted((a.repeated ? "*" : "") + value_of(a));
  if (!verb.verbs.empty()) text += " \\\n    '1: :->verb' '*:: :->rest'";
  text += "\n" + (verb.verbs.empty() ? "" : below(verb)) + "}\n";
  for (const Verb& v : verb.verbs) text += functions(v);
  return text;
}

}  // namespace

std::string zsh_completion(const Verb& program) { return kZshStart + functions(program) + kZshEnd; }

}  // namespace hourglass::cli
