#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Reads a TOML text from an untrusted source; `name` stands for it in messages and places. The result is a table.
/// Throws Error with line and column on a syntax error, a date or time, or a dotted name of more than 8 parts,
/// or more than 64 levels.
Value parse_toml(std::string_view text, const std::string& name);

/// A value on one line of TOML: `{ dense = 128 }`, `["a", 1.0]`. Doubles keep every bit, keys are
/// bare names. Throws Error on text that is
/// not UTF-8.
std::string toml_text(const Value& value);

}  // namespace hourglass
