#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <string>

namespace hourglass {

/// Bad input: a file, a recipe, an option or a shape. The message names the place, what was found and what was
/// expected. The library throws only this type and never prints or exits. The message is safe to show wherever it goes,
/// whatever the names in it: printable_message (text.h).
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message);
};

/// Runtime failure that the input did not cause: out of memory, a full disk, a file that vanished.
class RuntimeFailure : public Error {
 public:
  using Error::Error;
};

namespace detail {
[[noreturn]] void throw_error(fmt::string_view format, fmt::format_args args);
[[noreturn]] void precondition_failed(const char* condition, const char* file, int line);
}  // namespace detail

/// Throws Error with a formatted message.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  detail::throw_error(format, fmt::make_format_args(args...));
}

}  // namespace hourglass

/// Checks a precondition in every build; a violation is a programming error and aborts with its file and line.
#define HOURGLASS_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::hourglass::detail::precondition_failed(#condition, __FILE__, __LINE__))
