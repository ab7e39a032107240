#include <fmt/format.h>

#include <cctype>
#include <map>
#include <span>
#include <utility>

#include "cli/commands.h"
#include "cli/help/man_prose.h"
#include "cli/help/verb_tree.h"
#include "cli/output.h"
#include "hourglass/base/version.h"

namespace hourglass::cli {

namespace {

std::string troff(const std::string& text) {
  static const std::map<char, std::string> escapes = {{'\\', "\\e"}, {'-', "\\-"}, {'~', "\\(ti"}, {'^', "\\(ha"}};
  std::string result;
  for (const char c : text) result += escapes.contains(c) ? escapes.at(c) : std::string(1, c);
  return result;
}

/// Lines of at most 80 bytes, as mandoc's style wants them, none of which begins like a macro; `words` are bold.
std::string filled(const std::string& text) {
  constexpr size_t kWidth = 80;
  std::string marked = troff(text), lines, line;
  for (bool start = true; marked.find('`') != std::string::npos; start = !start)
    marked.replace(marked.find('`'), 1, start ? "\\fB" : "\\fR");
  for (std::string word : split(marked, ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) lines += std::exchange(line, "") + "\n";
    if (line.empty() && (word.starts_with('.') || word.starts_with('\''))) word = "\\&" + word;
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + line + "\n";
}

std::string bold(const std::string& text) { return "\\fB" + troff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + troff(text) + "\\fR"; }

/// An empty line separates paragraphs.
std::string prose(const std::string& text) {
  std::string result;
  for (const std::string& line : split(text, '\n')) result += line.empty() ? ".PP\n" : filled(line);
  return result;
}

std::string list(std::span<const ManualItem> items) {
  std::string text;
  for (const auto& [term, meaning] : items) text += ".TP\n" + bold(term) + "\n" + prose(meaning);
  return text;
}

std::string examples() {
  std::string text;
  for (const auto& [purpose, commands] : kExamples)
    text += (text.empty() ? "" : ".PP\n") + filled(purpose) + ".PP\n.RS\n.nf\n" + troff(commands) + ".fi\n.RE\n";
  return text;
}

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
    if (!line.empty()) text += filled(line);
  return text;
}

std::string synopsis(const Verb& verb) {
  std::string text = bold(verb.path);
  if (!verb.options.empty()) text += " [" + italic("OPTION") + " ...]";
  for (const Argument& a : verb.positionals) {
    const std::string word = heading(a, true);
    text += a.required ? " " + word : " [" + word + "]";
  }
  return text;
}

std::string arguments(const Verb& verb) {
  std::string text;
  for (const Argument& a : verb.positionals) text += ".TP\n" + heading(a, true) + "\n" + body(a);
  for (const Argument& a : verb.options) text += ".TP\n" + heading(a, false) + "\n" + body(a);
  return text;
}

std::string section(const Verb& verb) {
  std::string text = fmt::format(".SS {}\n{}\n.PP\n{}", troff(verb.path.substr(verb.path.find(' ') + 1)),
                                 synopsis(verb), filled(sentence(verb.description)));
  text += arguments(verb);
  for (const Verb& below : verb.verbs) text += section(below);
  return text;
}

std::string manual(const Verb& program) {
  const std::string name = program.name;
  std::string what = program.description;
  what.front() = static_cast<char>(std::tolower(what.front()));
  if (what.ends_with('.')) what.pop_back();
  std::string text = fmt::format(".TH HOURGLASS 1 {} \"{} {}\" \"User Commands\"\n", release_date(), name, version());
  text += fmt::format(".SH NAME\n{} \\- {}\n", name, troff(what));
  text += fmt::format(".SH SYNOPSIS\n{} {} [{} ...]\n", bold(name), italic("VERB"), italic("ARGUMENT"));
  text += ".SH DESCRIPTION\n" + prose(kDescription) + ".SH OPTIONS\n" + arguments(program) + ".SH VERBS\n";
  for (const Verb& verb : program.verbs) text += section(verb);
  text += ".SH EXIT STATUS\n" + list(kExitStatus) + ".SH ENVIRONMENT\n" + list(kEnvironment);
  text += ".SH FILES\n" + list(kFiles) + ".SH EXAMPLES\n" + examples();
  return text + ".SH SEE ALSO\n" + prose("`gnuplot`(1)\n\nSee `hourglass VERB --help` for each verb.");
}

}  // namespace

void add_man(Subcommand app) {
  auto verb = app.add_subcommand("man", "Print the manual page, for man -l");
  verb.callback([app] { print_exact(manual(verb_tree(app))); });
}

}  // namespace hourglass::cli
