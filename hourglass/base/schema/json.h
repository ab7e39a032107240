#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/value.h"

namespace hourglass {

struct JsonOptions {
  size_t most_values = 1'000'000;
  bool null_is_nan = false;  ///< read null as the number NaN, which json_text writes so; otherwise null is an error
};

/// Parses JSON from an untrusted source; `name` is its name in messages and places. Throws Error for anything that is
/// not strict JSON, for null, duplicate keys, more than 64 levels or `most_values` values, and for numbers outside the
/// range of double. Integers outside the range of int64 become doubles.
Value parse_json(std::string_view text, const std::string& name, const JsonOptions& options = {});

/// Writes a value as one line of JSON; doubles are exact, NaN and infinities become null. Throws Error if a text is not
/// UTF-8.
std::string json_text(const Value& value);

}  // namespace hourglass
