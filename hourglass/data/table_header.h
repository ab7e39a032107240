#pragma once

#include <string>
#include <vector>

#include "hourglass/data/table_column.h"

namespace hourglass {

/// Whether the first row of a table contains the names of its columns.
struct HeaderDecision {
  bool is_header = false;
  bool is_uncertain = false;
  std::string reason;  ///< "its texts stand above numbers"
};

/// Decides by the first row and the statistics of the rows below it, `columns`; `second` is the row below. The first
/// row is a header
/// - if a text stands above a column of numbers and does not occur in it,
/// - if it has only texts, each different, and none occurs again in its column and none is a date,
/// - if its numbers are 0, 1, 2, … or 1, 2, 3, … or years in even steps, the second row does not continue them, and
/// they are
///   unlike the numbers below (written without a decimal sign, unlike all of them, or outside of their range), or five
///   or more, or stand behind an unnamed column, or are years behind the name of one.
HeaderDecision decide_header(const std::vector<std::string>& first, const std::vector<std::string>& second,
                             const std::vector<TableColumn>& columns);

}  // namespace hourglass
