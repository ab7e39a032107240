#include <fmt/format.h>

#include "cli/help/completion.h"

namespace hourglass::cli {

namespace {

// The verbs come first, so a place is known by how the words begin.
constexpr const char* kFish = R"(# What "hourglass completion fish" prints.

function __hourglass_at
    set -l place hourglass $argv
    set -l typed hourglass (commandline -opc)[2..]
    string match -q -- "$place *" "$typed "
end

function __hourglass_only
    set -l place hourglass $argv
    set -l typed hourglass (string match -v -- '-*' (commandline -opc)[2..])
    test "$place" = "$typed"
end

complete -c hourglass -f
)";

std::string quoted(const std::string& text) { return "'" + escaped(text, {{'\\', "\\\\"}, {'\'', "\\'"}}) + "'"; }

/// At the verb, and at none below it.
std::string condition(const Verb& verb) {
  const std::string test = verb.verbs.empty() ? "__hourglass_at " : "__hourglass_only ";
  return quoted(test + joined({verb.path.begin() + 1, verb.path.end()}));
}

std::string values(const Offer& offer) {
  std::string paths = " -f";
  if (offer.paths == Offer::Paths::files) paths = " -F";
  if (offer.paths == Offer::Paths::folders) paths += " -a '(__fish_complete_directories)'";
  return paths + (offer.words.empty() ? "" : " -a " + quoted(joined(offer.words)));
}

std::string option(const Verb& verb, const Argument& a) {
  std::string text = "complete -c hourglass -n " + condition(verb);
  for (const auto& name : a.names) text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!a.value.empty()) text += " -r" + values(offer(a));
  return text + " -d " + quoted(a.description) + "\n";
}

std::string lines(const Verb& verb) {
  std::string text;
  for (const Verb& below : verb.verbs)
    text += "complete -c hourglass -n " + condition(verb) + " -a " + below.path.back() + " -d " +
            quoted(below.description) + "\n";
  for (const Argument& a : verb.options) text += option(verb, a);
  for (const Argument& a : verb.positionals)
    text += "complete -c hourglass -n " + condition(verb) + values(offer(a)) + "\n";
  for (const Verb& below : verb.verbs) text += lines(below);
  return text;
}

}  // namespace

std::string fish_completion(const Verb& program) { return kFish + lines(program); }

}  // namespace hourglass::cli
