#pragma once

#include <string_view>

namespace hourglass {

/// True for a date, a time of day, or both: 2020-01-31, 2020-01, 2020/1/31, 31.01.2020, 1/31/2020, 31-Jan-2020, Jan 31,
/// 2020, 12:00, 2020-01-31T12:00:00.5Z, 31.01.2020 12:00, 1/31/2020 1:05 PM. Days and months have possible numbers.
bool is_date(std::string_view cell);

}  // namespace hourglass
