#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hourglass {

/// "9,140": an integer with thousands separators.
std::string format_count(int64_t value);

/// Four significant digits, trailing zeros kept so that columns do not jump: "0.07310", "18.20", "12,345",
/// "1.234e-05" below 1e-4 and from 1e9 on, "nan", "inf".
std::string format_value(double value);

/// "0:07", "1:32", "2:05:09": seconds rounded to whole ones, as minutes or hours. "?" unless finite and ≥ 0.
std::string format_duration(double seconds);

/// Columns that UTF-8 text takes on a terminal, one per code point.
int display_width(std::string_view text);

}  // namespace hourglass
