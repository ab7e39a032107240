#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/commands.h"
#include "cli/help/verb_tree.h"
#include "cli/output.h"
#include "hourglass/app/shipped.h"
#include "hourglass/base/text.h"
#include "hourglass/data/known.h"
#include "hourglass/eval/metrics.h"

namespace hourglass::cli {

namespace {

// Each script passes the words of the command line up to the cursor to `hourglass completion SHELL -- WORD...`. The
// first line of the answer is "file", "directory" or empty: the paths that may complete the last word. Each other line
// is a candidate for it, which may be followed by a tab and a description.

constexpr const char* kBash = R"(# What "hourglass completion bash" prints.

_hourglass() {
  local paths
  {
    read -r paths
    mapfile -t COMPREPLY
  } < <("${COMP_WORDS[0]/#\~\//$HOME/}" completion bash -- "${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  [[ -n $paths ]] || return 0
  compopt -o filenames 2>/dev/null
  mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -A "$paths" -- "${COMP_WORDS[COMP_CWORD]#=}")
}

complete -F _hourglass hourglass
)";

constexpr const char* kFish = R"(# What "hourglass completion fish" prints.

function __hourglass
    set -l words (commandline -opc) (commandline -ct)
    set -l program (string replace -r -- '^~/' "$HOME/" $words[1])
    set -l answer (command $program completion fish -- $words 2>/dev/null)
    set -q answer[2] && printf '%s\n' $answer[2..]
    test -n "$answer[1]" || return
    set -l option (string match -r -- '^--[^=]+=' $words[-1])
    set -l list __fish_complete_path
    test $answer[1] = directory && set list __fish_complete_directories
    $list (string replace -- "$option" '' $words[-1]) | string replace -r -- '^' "$option"
end

complete -c hourglass -f -a '(__hourglass)'
)";

constexpr const char* kZsh = R"(#compdef hourglass
# What "hourglass completion zsh" prints.

_hourglass() {
  local -a answer
  local paths
  answer=("${(@f)$(${words[1]/#\~\//$HOME/} completion zsh -- "${(@)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  paths=$answer[1]
  shift answer
  answer=("${(@)answer//:/\\:}")
  answer=("${(@)answer/$'\t'/:}")
  (($#answer)) && _describe value answer
  [[ -n $paths ]] || return
  compset -P '--[^=]#='
  if [[ $paths == directory ]]; then _files -/; else _files; fi
}

if [[ $funcstack[1] == _hourglass ]]; then
  _hourglass "$@"
else
  compdef _hourglass hourglass
fi
)";

/// What may complete a word: candidates, and all paths of a kind.
struct Completions {
  std::vector<std::string> lines = {};
  std::string paths = {};
};

/// The fixed choices of an argument, otherwise what its name stands for.
Completions values_of(const Argument& argument) {
  const std::string& name = argument.value;
  if (!argument.choices.empty()) return {argument.choices};
  if (name == "RECIPE") return {shipped_recipe_names(), "file"};
  if (name == "MODEL") return {shipped_models(), "file"};
  if (name == "DATA") return {known_names(), "file"};
  if (name == "DATASET") return {known_names()};
  if (name == "METRICS") return {metric_names()};
  if (name == "DIR") return {{}, "directory"};
  const bool is_number = name == "INT" || name == "UINT" || name == "FLOAT";
  return {{}, is_number || name.find('=') != std::string::npos ? "" : "file"};
}

/// The option with this name, or null.
const Argument* find_option(const Verb& verb, const std::string& name) {
  const auto found = std::ranges::find_if(verb.options, [&](const Argument& a) { return contains(a.names, name); });
  return found == verb.options.end() ? nullptr : &*found;
}

/// Whether an option may follow these words: it is not given yet, unless it may be repeated, and none excludes it.
bool may_follow(const std::vector<std::string>& words, const Argument& option) {
  const auto is_given = [&](const std::string& name) { return contains(words, name); };
  return (option.repeated || std::ranges::none_of(option.names, is_given)) &&
         std::ranges::none_of(option.excludes, is_given);
}

/// What may complete `last` after the other words of a command line.
Completions completions(const Verb& program, const std::vector<std::string>& words, const std::string& last) {
  const Verb* verb = &program;
  const Argument* expects_value = nullptr;
  size_t positionals = 0;
  for (const std::string& word : words) {
    const auto below = std::ranges::find(verb->verbs, word, &Verb::name);
    if (word == "=") continue;  // bash makes three words of --option=value
    if (expects_value)
      expects_value = nullptr;
    else if (const Argument* option = find_option(*verb, word))
      expects_value = option->value.empty() ? nullptr : option;
    else if (below != verb->verbs.end())
      verb = &*below;
    else if (!word.starts_with('-'))
      ++positionals;
  }
  if (expects_value) return values_of(*expects_value);
  Completions result;
  if (const size_t equals = last.find('='); last.starts_with("--") && equals != std::string::npos) {
    if (const Argument* option = find_option(*verb, last.substr(0, equals))) result = values_of(*option);
    for (std::string& line : result.lines) line.insert(0, last, 0, equals + 1);
  } else if (last.starts_with('-')) {
    for (const Argument& option : verb->options)
      for (const std::string& name : option.names)
        if (may_follow(words, option)) result.lines.push_back(name + "\t" + option.description);
  } else if (!verb->verbs.empty()) {
    for (const Verb& below : verb->verbs) result.lines.push_back(below.name + "\t" + below.description);
  } else if (const auto& all = verb->positionals; positionals < all.size() || (!all.empty() && all.back().repeated)) {
    result = values_of(all[std::min(positionals, all.size() - 1)]);
  }
  return result;
}

}  // namespace

void add_completion(Subcommand app) {
  static const std::map<std::string, const char*> scripts = {{"bash", kBash}, {"fish", kFish}, {"zsh", kZsh}};
  auto verb = app.add_subcommand("completion", "Print a shell-completion script");
  auto shell = std::make_shared<std::string>();
  auto words = std::make_shared<std::vector<std::string>>();
  verb.add_option("SHELL", *shell, "Which shell").required().one_of({"bash", "fish", "zsh"});
  verb.add_option("WORDS", *words, "Used by the script: the words to complete, the program's name first");
  verb.callback([=] {
    if (words->empty()) return print_exact(scripts.at(*shell));
    if (words->size() == 1) fail("completion: {}: expected the program's name and words to complete", words->front());
    const std::string last = words->back() == "=" ? "" : words->back();
    const auto [lines, paths] = completions(verb_tree(app), {words->begin() + 1, words->end() - 1}, last);
    print_exact(std::string(paths) + "\n");
    for (const std::string& line : lines)
      if (line.starts_with(last)) print_exact(line + "\n");
  });
}

}  // namespace hourglass::cli
