#pragma once

#include <optional>
#include <string>

#include "hourglass/app/inspect.h"

namespace hourglass {

/// The column of a table by which its rows are a time series: dates, all of which parse_time reads, none before that of
/// the row above, and at least half of the steps within a tenth of the median step, which is not 0. Nothing if the
/// table has fewer than kFewestSteps rows or no such column.
std::optional<std::string> time_column(const std::string& source, const Inspection& found, const ReadOptions& how);
inline constexpr int64_t kFewestSteps = 1000;

}  // namespace hourglass
