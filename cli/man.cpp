#include <fmt/format.h>

#include <cctype>

#include "cli/commands.h"
#include "cli/verb_tree.h"

namespace hourglass::cli {

namespace {

/// What the option tree does not know, in man(7) macros.
constexpr const char* kDescription = R"(.SH DESCRIPTION
Hourglass trains, examines and ships autoencoders: dense and convolutional, sparse, contractive, tied and denoising ones.
A recipe in TOML says what is trained, and how;
.B hourglass recipes
lists those that are shipped and
.B hourglass recipes keys
every key that one may have.
Options go before recipes, recipes before defaults.
.PP
Results go to standard output, progress and messages to standard error.
With
.B \-\-json
standard output is exactly one JSON document.
One seed gives the same bits on any number of threads.
A run that Ctrl\-C or a signal ended is saved, and
.B \-\-resume
goes on with it.
)";

constexpr const char* kAfterVerbs = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed at run time: a file could not be written, memory ran out, a training diverged.
.TP
.B 2
Bad usage, recipe or input; the message names the place, what was expected and what was found.
.TP
.B 130
Interrupted, and everything saved.
.SH ENVIRONMENT
.TP
.B HOURGLASS_DATA_DIR
A folder that holds data sets known by name, or folders of their names; looked at before anything is downloaded.
.TP
.B HOURGLASS_MODELS_DIR
The folder of the pre\-trained models, instead of the installed one.
.TP
.BR XDG_DATA_HOME ", " HOME
Data sets are kept in
.IR $XDG_DATA_HOME/hourglass ,
or in
.I $HOME/.local/share/hourglass
where it is not set.
.TP
.B TERM
No progress bar is drawn where it is
.B dumb
or not set.
.TP
.B PATH
Where the
.BR gnuplot (1)
that draws pictures is looked for.
.SH FILES
.TP
.I runs/NAME/
The folder of a run, where
.B train
was not given another.
It holds
.I model.safetensors
(weights, with recipe and scaler),
.I recipe.toml
(every key),
.I metrics.jsonl
(a line an epoch),
.I report.html
and the pictures,
and in
.I checkpoint/
the two newest states to go on from.
.TP
.I NAME.toml
A recipe.
.TP
.I MODEL.safetensors
A model file;
.I NAME.toml
beside a shipped one is its card.
.SH EXAMPLES
Train a shipped recipe, measure the result and look at it:
.PP
.RS
.nf
hourglass train mnist\-conv\-denoising
hourglass eval runs/mnist\-conv\-denoising \-\-corrupt \-\-metrics mse,fvu
hourglass reconstruct runs/mnist\-conv\-denoising \-o out.png
.fi
.RE
.PP
Start a recipe of your own and train it on your data:
.PP
.RS
.nf
hourglass recipes show mnist\-dense\-basic > mine.toml
hourglass gradcheck mine.toml
hourglass train mine.toml \-\-data images.npy \-\-set objective.sparse_l1.weight=1e\-4
.fi
.RE
.PP
Go on after an interruption:
.PP
.RS
.nf
hourglass train mnist\-conv\-denoising \-\-resume
.fi
.RE
.PP
Codes of a shipped model, and two models side by side:
.PP
.RS
.nf
hourglass encode quickstart \-\-data fashion\-mnist \-o codes.npy
hourglass compare runs/a runs/b \-o comparison
.fi
.RE
.PP
Complete words in this shell:
.PP
.RS
.nf
source <(hourglass completion bash)
.fi
.RE
.SH SEE ALSO
.BR gnuplot (1)
.PP
Each verb tells of itself with
.BR \-\-help .
)";

std::string troff(const std::string& text) {
  const std::string safe = escaped(text, {{'\\', "\\e"}, {'-', "\\-"}, {'~', "\\(ti"}, {'^', "\\(ha"}});
  return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

std::string bold(const std::string& text) { return "\\fB" + troff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + troff(text) + "\\fR"; }

std::string sentence(const std::string& text) {
  if (text.empty() || std::string_view(".?!").find(text.back()) != std::string_view::npos) return text;
  return text + ".";
}

/// "-o, --output FILE"; a positional argument's value alone.
std::string heading(const Argument& a, bool positional) {
  std::string text;
  if (!positional)
    for (const auto& name : a.names) text += (text.empty() ? "" : ", ") + bold(name);
  if (!a.value.empty()) text += (text.empty() ? "" : " ") + italic(a.value) + (a.repeated ? " ..." : "");
  return text;
}

/// The description and what the tree knows besides, a sentence a line.
std::string body(const Argument& a) {
  std::vector<std::string> lines = {sentence(a.description)};
  if (!a.choices.empty()) lines.push_back(fmt::format("One of: {}.", fmt::join(a.choices, ", ")));
  if (!a.least.empty()) lines.push_back(fmt::format("From {} to {}.", a.least, a.most));
  if (!a.preset.empty()) lines.push_back(fmt::format("Default: {}.", a.preset));
  if (a.required) lines.push_back("Required.");
  if (!a.needs.empty()) lines.push_back(fmt::format("Only with {}.", fmt::join(a.needs, ", ")));
  if (!a.excludes.empty()) lines.push_back(fmt::format("Not with {}.", fmt::join(a.excludes, ", ")));
  std::string text;
  for (const auto& line : lines)
    if (!line.empty()) text += troff(line) + "\n";
  return text;
}

std::string synopsis(const Verb& verb) {
  std::string text = bold(fmt::format("{}", fmt::join(verb.path, " ")));
  if (!verb.options.empty()) text += " [" + italic("OPTION") + " ...]";
  for (const Argument& a : verb.positionals) {
    const std::string word = heading(a, true);
    text += a.required ? " " + word : " [" + word + "]";
  }
  return text;
}

std::string arguments(const Verb& verb) {
  std::string text, group = "Options";
  for (const Argument& a : verb.positionals) text += ".TP\n" + heading(a, true) + "\n" + body(a);
  for (const Argument& a : verb.options) {
    if (a.group != group) text += ".PP\n" + bold(group = a.group) + "\n";
    text += ".TP\n" + heading(a, false) + "\n" + body(a);
  }
  return text;
}

std::string section(const Verb& verb) {
  const std::vector words(verb.path.begin() + 1, verb.path.end());
  std::string text = fmt::format(".SS {}\n{}\n.PP\n{}\n", troff(fmt::format("{}", fmt::join(words, " "))),
                                 synopsis(verb), troff(sentence(verb.description)));
  text += arguments(verb);
  for (const Verb& below : verb.verbs) text += section(below);
  return text;
}

std::string manual(const Verb& program) {
  const std::string name = program.path.front();
  std::string what = program.description;
  what.front() = static_cast<char>(std::tolower(what.front()));
  if (what.ends_with('.')) what.pop_back();
  std::string text =
      fmt::format(".TH HOURGLASS 1 {} \"{} {}\" \"User Commands\"\n", HOURGLASS_DATE, name, HOURGLASS_VERSION);
  text += fmt::format(".SH NAME\n{} \\- {}\n", name, troff(what));
  text += fmt::format(".SH SYNOPSIS\n{} {} [{} ...]\n", bold(name), italic("VERB"), italic("ARGUMENT"));
  text += kDescription;
  text += ".SH OPTIONS\n" + arguments(program) + ".SH VERBS\n";
  for (const Verb& verb : program.verbs) text += section(verb);
  return text + kAfterVerbs;
}

}  // namespace

void add_man(CLI::App& app) {
  auto* verb = app.add_subcommand("man", "Print the manual page, for man -l");
  verb->callback([&app] { fmt::print("{}", manual(verb_tree(app))); });
}

}  // namespace hourglass::cli
