#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/subcommand.h"

namespace hourglass::cli {

/// An option or a positional argument, as the manual and the completion scripts see it.
struct Argument {
  std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument its only name
  std::string value;               ///< what stands for its value: FILE, INT, MODEL; empty for a flag
  std::string description;
  std::string preset;                        ///< the default; empty when none is shown
  std::string least, most;                   ///< of a number with limits
  std::vector<std::string> choices;          ///< the only values allowed, where they are fixed
  std::vector<std::string> needs, excludes;  ///< other options
  bool required = false, repeated = false;
};

/// A verb with the verbs below it. The program itself is the root.
struct Verb {
  std::string name;  ///< "fetch"
  std::string path;  ///< "hourglass data fetch"
  std::string description;
  std::vector<Argument> options, positionals;
  std::vector<Verb> verbs;
};

/// All of it, in the order of declaration.
Verb verb_tree(const Subcommand& program);

/// The pieces of `text` between separators.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace hourglass::cli
