#include "cli/common.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <initializer_list>

#include "hourglass/base/leftover.h"

namespace hourglass::cli {

namespace {

volatile std::sig_atomic_t stop_requested = 0;

/// Ends the program as the signal does by itself, without temporary files.
void end_by_signal(int signal) {
  remove_leftovers();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void request_stop(int signal) {
  stop_requested = 1;
  std::signal(signal, end_by_signal);  // the second one ends it
}

bool is_ignored(int signal) {
  struct sigaction present {};
  return sigaction(signal, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

/// Signals that the parent process ignores stay ignored, as under nohup and in background jobs.
void handle(std::initializer_list<int> signals, void (*handler)(int)) {
  for (const int signal : signals)
    if (!is_ignored(signal)) std::signal(signal, handler);
}

int terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

std::function<bool()> stop_on_signals() {
  handle({SIGINT, SIGTERM, SIGUSR1}, request_stop);
  return [] { return stop_requested != 0; };
}

void remove_leftovers_on_signals() { handle({SIGHUP, SIGINT, SIGTERM, SIGUSR1}, end_by_signal); }

ProgressOptions progress_options() {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return {.terminal = isatty(STDERR_FILENO) == 1 && !dumb, .width = terminal_width};
}

void declare_threads(Subcommand verb, int& threads) {
  verb.add_option("--threads", threads, "Number of threads; 0 = all available cores").between(0, 1024);
}

void declare_model(Subcommand verb, std::string& model) { verb.add_option("MODEL", model, kModelHelp).required(); }

void declare_source(Subcommand verb, std::string& source) {
  verb.add_option("--data", source, "Data to use instead of the recipe's: a path or a known name").type_name("DATA");
}

void declare_data(Subcommand verb, DataRequest& data, int& threads) {
  declare_source(verb, data.source);
  verb.add_option("--split", data.part, "Part of the data: train, validation, test or all; without it, all rows");
  declare_threads(verb, threads);
}

void declare_keep(Subcommand verb, std::vector<std::string>& keep) {
  verb.add_option("--keep", keep, "Columns of the table to carry along into a .csv output, with commas or repeated")
      .repeated()
      .one_value_each()
      .type_name("COLUMNS");
}

void declare_measured_data(Subcommand verb, DataRequest& data, int& threads) {
  declare_source(verb, data.source);
  auto split =
      verb.add_option("--split", data.part,
                      "Part of the data: train, validation, test or all; without it, rows that training held out");
  declare_test(verb, data.test).excludes(split);
  declare_threads(verb, threads);
}

Option declare_test(Subcommand verb, std::string& test) {
  return verb.add_option("--test", test, "Measure these data, with the recipe's or --data as training part")
      .type_name("DATA");
}

void declare_output(Subcommand verb, std::string& output) {
  verb.add_option("-o,--output", output, "Where to write; the ending tells the format").required().type_name("FILE");
}

void declare_overrides(Subcommand verb, std::vector<std::string>& overrides) {
  verb.add_option("--set", overrides, "Override any key of the recipe: section.key=value")
      .repeated()
      .type_name("KEY=VALUE");
}

}  // namespace hourglass::cli
