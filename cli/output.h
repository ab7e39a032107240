#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// Everything that the program prints. Names come from files, and a terminal would obey an escape sequence in them: what
// people read is made printable here, and what programs read is printed as it is. No other source of cli/ prints.

namespace hourglass::cli {

namespace detail {

/// An argument of say(): numbers as they are, everything else as printable text.
template <class T>
requires std::is_arithmetic_v<T> T shown(T number) { return number; }
std::string shown(std::string_view text);
inline std::string shown(const char* text) { return shown(std::string_view(text)); }
inline std::string shown(const std::string& text) { return shown(std::string_view(text)); }
inline std::string shown(const std::filesystem::path& path) { return shown(std::string_view(path.string())); }

template <class... Shown>
std::string formatted(fmt::string_view format, const Shown&... arguments) {
  return fmt::vformat(format, fmt::make_format_args(arguments...));
}

template <class T>
using Shown = decltype(shown(std::declval<const T&>()));

}  // namespace detail

/// Prints the bytes on stdout as they are: a document that programs read.
void print_exact(std::string_view bytes);

/// Writes what stands in buffers. Returns why a part of stdout could not be written, empty if all of it is.
std::string flush_output();

/// Prints a line for people on stdout. Only the format, which stands in the source, can hold control characters.
template <class... Arguments>
void say(std::type_identity_t<fmt::format_string<detail::Shown<Arguments>...>> format, const Arguments&... arguments) {
  print_exact(detail::formatted(fmt::string_view(format), detail::shown(arguments)...) + "\n");
}

/// Prints a text of several lines for people on stdout, its last line end included.
void print_lines(std::string_view text);

/// Prints a message on stderr (terminal_message).
void print_note(const std::string& text);

}  // namespace hourglass::cli
