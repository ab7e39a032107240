#include "cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

#include "hourglass/base/text.h"

namespace hourglass::cli {

std::string detail::shown(std::string_view text) { return printable(text); }

void print_exact(std::string_view bytes) { fmt::print("{}", bytes); }

std::string flush_output() {
  errno = 0;
  const bool is_flushed = std::fflush(stdout) == 0;
  const int error = errno;
  if (is_flushed && std::ferror(stdout) == 0 && std::cout.flush()) return "";
  return error != 0 ? std::strerror(error) : "an earlier part of it failed";
}

void print_lines(std::string_view text) { print_exact(printable_lines(text)); }

void print_note(const std::string& text) { fmt::print(stderr, "{}\n", terminal_message(text)); }

}  // namespace hourglass::cli
