#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Parses TOML from an untrusted source; `name` is its name in messages and places. Returns a table, whose place is the
/// name alone. Throws Error with line and column for a syntax error, a date or time, more than 4000 dots in one line,
/// or more than 64 levels.
Value parse_toml(std::string_view text, const std::string& name);

/// Writes a value as one line of TOML: `{ dense = 128 }`, `["a", 1.0]`. Doubles are exact, keys are not quoted. Throws
/// Error if a text is not UTF-8.
std::string toml_text(const Value& value);

}  // namespace hourglass
