#include "hourglass/data/table_column.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/data/formats/date.h"

namespace hourglass {

void TableColumn::count(double number) {
  if (!std::isnan(number)) compare(number);
  count_alone(number);
}

void TableColumn::count_alone(double number) {
  if (std::isnan(number)) {
    ++missing;
    return;
  }
  if (numbers == 0) low = high = next_low = next_high = number;
  if (number < low) {
    next_low = std::exchange(low, number);
    at_low = 0;
  } else if (number > low && (next_low == low || number < next_low)) {
    next_low = number;
  }
  if (number > high) {
    next_high = std::exchange(high, number);
    at_high = 0;
  } else if (number < high && (next_high == high || number > next_high)) {
    next_high = number;
  }
  at_low += number == low;
  at_high += number == high;
  sum += number;
  integers += number == std::trunc(number);
  if (values.size() <= kMostValues) {
    const auto place = std::ranges::lower_bound(values, number);
    if (place == values.end() || *place != number) values.insert(place, number);
  }
  ++numbers;
}

/// Compares a number with those before it.
void TableColumn::compare(double number) {
  constexpr double kRounding = 1e-9;
  if (numbers == 1) step_ = number - last_;
  if (numbers > 0 && has_even_steps)
    has_even_steps = step_ != 0 && std::abs(number - last_ - step_) <= kRounding * std::max(1.0, std::abs(number));
  last_ = number;
  if (!is_distinct || seen_.size() == kMostCompared) return;
  is_distinct = number == std::trunc(number) && seen_.insert(number).second;
  if (!is_distinct) seen_.clear();
}

std::optional<Outlier> TableColumn::outlier() const {
  constexpr double kNearlyAll = 0.99, kMostOfIt = 0.8;
  constexpr int64_t kEnough = 20;
  if (numbers < kEnough || values.size() < 4) return std::nullopt;
  const double range = high - low, above = high - next_high, below = next_low - low;
  const bool is_high = above > below;
  const Outlier o{is_high ? high : low, is_high ? at_high : at_low, std::max(above, below) / range};
  // -999, 9999 and the like are written for missing values.
  const std::string digits = fmt::format("{}", std::abs(o.number));
  const bool is_mark = digits.size() > 1 && digits.find_first_not_of('9') == std::string::npos;
  if (o.share < (is_mark ? kMostOfIt : kNearlyAll) || !std::isfinite(range) || 2 * o.count > numbers)
    return std::nullopt;
  return o;
}

void TableColumn::count_text(std::string_view text) {
  ++texts;
  dates += is_date(text);
  if (words.size() <= kMostCategories) words.emplace(text);
}

void ColumnSummary::add(const TableColumn& column) {
  ++columns;
  constant += column.is_constant();
  missing += column.missing;
  with_outlier += column.outlier().has_value();
  if (column.numbers == 0) return;
  low = has_numbers_ ? std::min(low, column.low) : column.low;
  high = has_numbers_ ? std::max(high, column.high) : column.high;
  has_numbers_ = true;
}

}  // namespace hourglass
