#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/schema/value.h"

namespace hourglass {

/// Reads a JSON text from an untrusted source; `name` stands for it in messages and places. Throws Error on anything
/// that is not strict JSON, on null, duplicate keys, more than 64 levels or a million values, and on numbers outside
/// double's range. Whole numbers beyond int64 become doubles.
Value parse_json(std::string_view text, const std::string& name);

/// One line of JSON; doubles keep every bit. Throws Error on text that is not UTF-8.
std::string json_text(const Value& value);

}  // namespace hourglass
