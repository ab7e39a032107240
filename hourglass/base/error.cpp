#include "hourglass/base/error.h"

#include <cstdio>
#include <cstdlib>

#include "hourglass/base/text.h"

namespace hourglass {

Error::Error(const std::string& message) : std::runtime_error(printable_message(message)) {}

namespace detail {

void throw_error(fmt::string_view format, fmt::format_args args) { throw Error(fmt::vformat(format, args)); }

void precondition_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: precondition failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace detail

}  // namespace hourglass
