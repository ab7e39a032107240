#include "hourglass/data/table_column.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/data/formats/date.h"

namespace hourglass {

void TableColumn::count(double number) {
  if (std::isnan(number)) {
    ++missing;
    return;
  }
  compare(number);
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
  if (values.size() <= kMostValues) values.insert(number);
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

void TableColumn::count_text(std::string_view text) {
  ++texts;
  dates += is_date(text);
  if (words.size() <= kMostCategories) words.emplace(text);
}

}  // namespace hourglass
