#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/error.h"
#include "hourglass/base/leftover.h"
#include "hourglass/base/mapped_file.h"
#include "hourglass/base/text.h"
#include "hourglass/base/version.h"

namespace {

using namespace hourglass::cli;

/// The names an unknown word could have meant: those of options, or of subcommands.
std::vector<std::string> known_words(const CLI::App& place, bool option) {
  std::vector<std::string> names;
  if (option)
    for (const auto* o : place.get_options())
      for (const auto& name : o->get_lnames()) names.push_back("--" + name);
  else
    for (const auto* verb : place.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(verb->get_name());
  return names;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  std::string message = error.what();
  const auto chosen = app.get_subcommands();
  const CLI::App& place = chosen.empty() ? app : *chosen.front();
  if (const auto words = place.remaining(true); !words.empty()) {
    const std::string word = words.front().substr(0, words.front().find('='));
    const bool option = word.starts_with("-");
    message = fmt::format("unknown {} \"{}\"{}", option ? "option" : "argument", word,
                          hourglass::did_you_mean(word, known_words(place, option)));
  }
  print_note("error: " + message);
  print_note(fmt::format("See hourglass {}--help.", chosen.empty() ? "" : place.get_name() + " "));
  return kBadInput;
}

/// Prints the message of an error that ends the program.
int report_error(int code, const char* message) {
  print_note(fmt::format("error: {}", message));
  return code;
}

int run(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    return usage_error(app, e);
  } catch (const Exit& e) {
    return e.code;
  } catch (const hourglass::RuntimeFailure& e) {
    return report_error(kFailed, e.what());
  } catch (const hourglass::Error& e) {
    return report_error(kBadInput, e.what());
  } catch (const std::bad_alloc&) {
    return report_error(kFailed,
                        "out of memory; fewer --threads, a smaller batch_size or a narrower network need less");
  } catch (const std::exception& e) {
    return report_error(kFailed, e.what());
  }
}

/// Results may stand in a buffer until the end: an output that takes no more of them is an error then.
int end_output(int code) {
  const std::string problem = flush_output();
  if (problem.empty() || code != 0) return code;
  return report_error(kFailed, ("standard output: cannot write: " + problem).c_str());
}

/// Opens what is closed of standard input, output and error, so that no file of the program gets their place. Writing
/// there fails.
void occupy_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream) _exit(kFailed);
}

/// Handles SIGBUS: a mapped file was truncated or its disk failed. Prints its name and exits.
void end_without_file(int, siginfo_t* info, void*) {
  const char* path = hourglass::mapped_file_at(info->si_addr);
  const std::string_view parts[] = {"error: ", path ? path : "a mapped file",
                                    ": part of it was lost while it was in use, cut off or unreadable\n"};
  for (const std::string_view part : parts)
    if (write(STDERR_FILENO, part.data(), part.size()) < 0) break;
  hourglass::remove_leftovers();
  _exit(kFailed);
}

void handle_lost_files() {
  struct sigaction action {};
  action.sa_sigaction = end_without_file;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  mallopt(M_ARENA_MAX, 1);  // else 64 MB of addresses for every thread, which `ulimit -v` counts
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error to report, not a death
  handle_lost_files();
  remove_leftovers_on_signals();
  CLI::App app("Trains, examines and ships autoencoders.", "hourglass");
  app.set_version_flag("--version", std::string("hourglass ") + hourglass::version());
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  const Subcommand program(app);
  for (const auto add :
       {add_train, add_eval, add_probe, add_inference, add_score, add_export, add_report, add_compare, add_info,
        add_recipes, add_models, add_data, add_gradcheck, add_find_rate, add_doctor, add_man, add_completion})
    add(program);
  return end_output(run(app, argc, argv));
}
