#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace hourglass {

/// Maximum number of categories of a text column.
constexpr size_t kMostCategories = 1000;

/// A number that takes nearly all of a column's range: -999 for a missing value, or a mistake.
struct Outlier {
  double number;
  int64_t count;  ///< how often it occurs
  double share;   ///< of the range
};

/// Statistics of a column of a text table, or of a feature of an array.
struct TableColumn {
  std::string name;  ///< from the header; its number from 1 if there is none
  int64_t numbers = 0, missing = 0, texts = 0;
  double low = 0, high = 0, sum = 0;   ///< of the numbers
  int64_t integers = 0;                ///< numbers that are integers
  int64_t bare_integers = 0;           ///< numbers without any decimal sign
  std::set<std::string> words = {};    ///< distinct texts, at most kMostCategories + 1
  std::vector<double> values = {};     ///< distinct numbers, ascending, at most kMostValues + 1
  int64_t dates = 0;                   ///< texts that are dates
  char decimal = '.';                  ///< decimal sign of the numbers
  std::set<std::string> units = {};    ///< currencies and % of the numbers; "" for numbers without one
  int64_t grouped = 0;                 ///< numbers with a sign between the thousands
  int64_t at_low = 0, at_high = 0;     ///< how often the lowest and the highest number occur
  double next_low = 0, next_high = 0;  ///< the second lowest and the second highest distinct number
  bool has_even_steps = true;          ///< every number is the one before plus the same step, which is not 0
  bool is_distinct = true;             ///< integers of which none occurs twice among the first kMostCompared
  bool is_row_name = false;            ///< R's names of the rows, for which the header has no name: no feature

  static constexpr size_t kMostCompared = 100'000, kMostValues = 50;

  /// Counts a number; NaN is a missing value.
  void count(double number);
  /// The same without comparing it with those before, which takes memory: has_even_steps and is_distinct stay as they
  /// are.
  void count_alone(double number);
  void count_text(std::string_view text);
  /// Frees what only further counting needs.
  void finish() { seen_ = {}; }
  /// The lowest or the highest number, where the others become nearly one number beside it.
  std::optional<Outlier> outlier() const;
  bool is_integer() const { return integers == numbers; }
  bool is_constant() const { return texts == 0 ? numbers > 0 && low == high : numbers == 0 && words.size() == 1; }

 private:
  void compare(double number);

  double last_ = 0, step_ = 0;
  std::unordered_set<double> seen_ = {};
};

/// What all columns have in common.
struct ColumnSummary {
  int64_t columns = 0, constant = 0, missing = 0;  ///< missing: values
  int64_t with_outlier = 0;
  double low = 0, high = 0;  ///< of all numbers

  void add(const TableColumn& column);

 private:
  bool has_numbers_ = false;
};

}  // namespace hourglass
