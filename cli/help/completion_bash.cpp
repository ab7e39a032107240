#include <fmt/format.h>

#include <map>

#include "cli/help/completion.h"

namespace hourglass::cli {

namespace {

constexpr const char* kBash = R"(
_hourglass() {
  local place= due= verbs= options= valued= word names= paths= i count=0
  local current=${COMP_WORDS[COMP_CWORD]}
  _hourglass_place ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then
      continue  # bash takes --option=value for three words
    elif [[ -n $due ]]; then
      due=
    elif [[ " $valued " == *" $word "* ]]; then
      due=$word
    elif [[ " $verbs " == *" $word "* ]]; then
      place="$place $word"
      place=${place# }
      _hourglass_place "$place"
    elif [[ $word != -* ]]; then
      ((count++))
    fi
  done
  [[ $current == = ]] && current=
  if [[ -z $due && $current == -* ]]; then
    names=$options
  elif [[ -z $due && -n $verbs ]]; then
    names=$verbs
  else
    _hourglass_value "$place ${due:-$count}"
  fi
  mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
  [[ -n $paths ]] || return 0
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen "-$paths" -- "$current")
}

complete -F _hourglass hourglass
)";

/// The verbs after the program's name.
std::string place(const Verb& verb) { return joined({verb.path.begin() + 1, verb.path.end()}); }

std::string places(const Verb& verb) {
  std::vector<std::string> verbs, options, valued;
  for (const Verb& below : verb.verbs) verbs.push_back(below.path.back());
  for (const Argument& a : verb.options) {
    options.insert(options.end(), a.names.begin(), a.names.end());
    if (!a.value.empty()) valued.insert(valued.end(), a.names.begin(), a.names.end());
  }
  std::string text =
      fmt::format("    {}) verbs={} options={} valued={} ;;\n", single_quoted(place(verb)),
                  single_quoted(joined(verbs)), single_quoted(joined(options)), single_quoted(joined(valued)));
  for (const Verb& below : verb.verbs) text += places(below);
  return text;
}

/// Where each offer is due: a pattern of "train --data" for an option, "train 0" for a verb's first argument.
void collect(const Verb& verb, std::map<Offer, std::vector<std::string>>& offers) {
  for (const Argument& a : verb.options)
    if (!a.value.empty())
      for (const auto& name : a.names) offers[offer(a)].push_back(single_quoted(place(verb) + " " + name));
  for (size_t i = 0; i < verb.positionals.size(); ++i) {
    const Argument& a = verb.positionals[i];
    offers[offer(a)].push_back(single_quoted(fmt::format("{} {}", place(verb), i)));
    if (a.repeated) offers[offer(a)].push_back(single_quoted(place(verb) + " ") + "[0-9]*");
  }
  for (const Verb& below : verb.verbs) collect(below, offers);
}

}  // namespace

std::string bash_completion(const Verb& program) {
  std::map<Offer, std::vector<std::string>> offers;
  collect(program, offers);
  std::string values;
  for (const auto& [offer, patterns] : offers) {
    const char* paths = offer.paths == Offer::Paths::files ? "f" : offer.paths == Offer::Paths::folders ? "d" : "";
    values += fmt::format("    {}) names={} paths={} ;;\n", fmt::join(patterns, " | "),
                          single_quoted(joined(offer.words)), paths);
  }
  return "# What \"hourglass completion bash\" prints.\n_hourglass_place() {\n  case $1 in\n" + places(program) +
         "  esac\n}\n\n_hourglass_value() {\n  case $1 in\n" + values + "  esac\n}\n" + kBash;
}

}  // namespace hourglass::cli
