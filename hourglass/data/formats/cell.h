#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hourglass {

/// Without blanks at both ends: spaces, tabs and no-break spaces.
std::string_view trimmed(std::string_view text);

/// A number as people write it in a table.
struct CellNumber {
  double value = 0;
  std::string_view unit = {};  ///< a currency or "%", part of the cell; empty: none
  bool has_groups = false;     ///< a sign stands between the thousands
};

/// The number in a cell whose decimal sign is `decimal`, "." or ",", if all of the cell is a finite number. Thousands
/// may be separated by the other of the two signs, a space or an apostrophe, in groups of three digits (or 1,00,000 as
/// in India), and never below 1,000. A currency before or behind the number and a percent sign behind it are left out:
/// 3.1% is 3.1. Parentheses are a minus sign, as accountants write it.
std::optional<CellNumber> parse_number(std::string_view cell, char decimal = '.');

/// Value of parse_number.
std::optional<double> number_in(std::string_view cell, char decimal = '.');

/// The texts that stand for a missing value: an empty cell and what databases, spreadsheets and statistics programs
/// write, in upper or lower case (NA, N/A, NULL, NaN, NaT, ?, a dash, a point, a backslash and N, the error values of
/// spreadsheets and of the C library, …), and None.
class MissingMarkers {
 public:
  /// `more` are further texts, compared exactly, or numbers, compared by value.
  explicit MissingMarkers(std::span<const std::string> more = {});

  bool contains(std::string_view cell) const;

 private:
  std::set<std::string, std::less<>> more_;
  std::vector<double> numbers_;
};

}  // namespace hourglass
