#include "cli/output.h"

#include "hourglass/base/text.h"

namespace hourglass::cli {

std::string detail::shown(std::string_view text) { return printable(text); }

void print_exact(std::string_view bytes) { fmt::print("{}", bytes); }

void print_lines(std::string_view text) { print_exact(printable_lines(text)); }

void print_note(const std::string& text) { fmt::print(stderr, "{}\n", terminal_message(text)); }

}  // namespace hourglass::cli
