#pragma once

#include <optional>
#include <string_view>

namespace hourglass {

/// A time as a number: a number as it stands, or a date with or without a time of day as seconds since 1970 in UTC:
/// 2020-01-31 (also with / or .), 31.01.2020, then a space or T, 12:00, 12:00:05.25, and Z or an offset such as +01:00.
/// Without an offset the time of day is taken for UTC. Nothing for another text, or a day that the month does not have.
std::optional<double> parse_time(std::string_view cell);

}  // namespace hourglass
