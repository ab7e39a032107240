#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Parses JSON from an untrusted source; `name` is its name in messages and places. Throws Error for anything that is
/// not strict JSON, for null, duplicate keys, more than 64 levels or a million values, and for numbers outside the
/// range of double. Integers outside the range of int64 become doubles.
Value parse_json(std::string_view text, const std::string& name);

/// Writes a value as one line of JSON; doubles are exact. Throws Error if a text is not UTF-8.
std::string json_text(const Value& value);

}  // namespace hourglass
