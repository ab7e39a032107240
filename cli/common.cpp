#include "cli/common.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace hourglass::cli {

namespace {

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

void print_note(const std::string& text) { fmt::print(stderr, "{}\n", text); }

ProgressOptions progress_options() {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return {.terminal = isatty(STDERR_FILENO) == 1 && !dumb, .width = terminal_width};
}

void declare_threads(Subcommand verb, int& threads) {
  verb.add_option("--threads", threads, "Number of threads; 0 = all available cores").between(0, 1024);
}

void ModelOptions::declare(Subcommand verb) {
  verb.add_option("MODEL", model, kModelHelp).required();
  declare_data(verb);
}

void ModelOptions::declare_data(Subcommand verb) {
  verb.add_option("--data", data, "Data to use instead of the recipe's: a path or a known name").type_name("DATA");
  verb.add_option("--split", split, "Part of the data: test or train").one_of({"test", "train"});
  declare_threads(verb, threads);
}

void ModelOptions::declare_output(Subcommand verb) {
  verb.add_option("-o,--output", output, "Where to write; the ending tells the format").required().type_name("FILE");
}

}  // namespace hourglass::cli
