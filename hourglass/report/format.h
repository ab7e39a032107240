#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hourglass {

/// Integer with thousands separators: "9,140".
std::string format_count(int64_t value);

/// Bytes in decimal units with two or three digits: "640 kB", "1.2 MB", "18 GB".
std::string format_bytes(double bytes);

/// Four significant digits with trailing zeros, so that columns stay aligned: "0.07310", "18.20", "12,345",
/// "1.234e-05" below 1e-4 and from 1e9 on, "nan", "inf".
std::string format_value(double value);

/// Seconds, rounded, as minutes or hours: "0:07", "1:32", "2:05:09". "?" if negative or not finite.
std::string format_duration(double seconds);

/// A text from outside for a narrow place: at most `width` columns, cut with "…"; control characters, and bytes that
/// are not UTF-8, become spaces; characters that change the direction of writing are left out.
std::string shortened(std::string_view text, int width);

/// Width of UTF-8 text on a terminal in columns, one per code point.
int display_width(std::string_view text);

}  // namespace hourglass
