#pragma once

#include <string>
#include <vector>

#include "cli/help/verb_tree.h"

namespace hourglass::cli {

/// What a shell offers where a value is due.
struct Offer {
  enum class Paths { none, files, folders };

  std::vector<std::string> words;
  Paths paths = Paths::none;

  auto operator<=>(const Offer&) const = default;
};

/// Fixed choices; else by the value's name: RECIPE, MODEL and DATA are what is shipped or known, or files; DATASET and
/// METRICS names alone; DIR folders; numbers and pairs nothing; all others files.
Offer offer(const Argument& argument);

/// "train --data" in single quotes.
std::string single_quoted(const std::string& text);
std::string joined(const std::vector<std::string>& words);

// One script each, in its shell's language.
std::string bash_completion(const Verb& program);
std::string zsh_completion(const Verb& program);
std::string fish_completion(const Verb& program);

}  // namespace hourglass::cli
