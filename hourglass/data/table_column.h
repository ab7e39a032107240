#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

namespace hourglass {

/// Maximum number of categories of a text column.
constexpr size_t kMostCategories = 1000;

/// Statistics of a column of a text table.
struct TableColumn {
  std::string name;  ///< from the header; its number from 1 if there is none
  int64_t numbers = 0, missing = 0, texts = 0;
  double low = 0, high = 0, sum = 0;   ///< of the numbers
  int64_t integers = 0;                ///< numbers that are integers
  int64_t bare_integers = 0;           ///< numbers without any decimal sign
  std::set<std::string> words = {};    ///< distinct texts, at most kMostCategories + 1
  std::set<double> values = {};        ///< distinct numbers, at most kMostValues + 1
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
  void count_text(std::string_view text);
  bool is_integer() const { return integers == numbers; }
  bool is_constant() const { return texts == 0 ? numbers > 0 && low == high : numbers == 0 && words.size() == 1; }

 private:
  void compare(double number);

  double last_ = 0, step_ = 0;
  std::unordered_set<double> seen_ = {};
};

}  // namespace hourglass
