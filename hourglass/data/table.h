#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Statistics of a column of a text table.
struct TableColumn {
  std::string name;  ///< from the header; its number from 1 if there is none
  int64_t numbers = 0, missing = 0, texts = 0;
  double low = 0, high = 0, sum = 0;  ///< of the numbers
  bool is_integer = true;             ///< all numbers are integers
  std::set<std::string> words;        ///< distinct texts, at most kMostCategories + 1

  /// Counts a number; NaN is a missing value.
  void count(double number);
  bool is_constant() const { return texts == 0 ? numbers > 0 && low == high : numbers == 0 && words.size() == 1; }
};

/// Maximum number of categories of a text column.
constexpr size_t kMostCategories = 1000;

/// Description of a text table, independent of reading options.
struct Table {
  char delimiter = ',';
  bool header = false;
  int64_t rows = 0;
  std::vector<TableColumn> columns = {};
};

/// Scans a text table. The delimiter is that of detect_delimiter. The first row is the header if it has text above a
/// column of numbers, or different text in every cell. Throws Error with the line for a row with another number of
/// cells than the first, for text that is not UTF-8, for two columns of the same name, and if there are no rows.
Table scan_table(std::string_view text, const std::string& name);

/// Reads the rows of a text table as floats, and their labels. Numeric columns are features in the order of the file; a
/// categorical column becomes one feature per text, "city=Paris", 1 in rows that have it and 0 elsewhere. Labels are
/// the integers of the label column. If it has texts, a label is the text's position in `how.classes` or, if that is
/// empty, among the texts of the column in alphabetical order. A missing value is an error, NaN ("mean": the scaler
/// replaces it), or removes its row ("drop"), depending on `how`. `features` are the features that a model was trained
/// on: these are produced, in this order; other columns are ignored, the label column may be absent, and a text of a
/// categorical column that is not among them is 0 in all of its features. Throws Error with line and column, from 1,
/// for text in a numeric column and for an unknown label.
Dataset read_table(std::string_view text, const std::string& name, const ReadOptions& how,
                   std::span<const std::string> features = {});

}  // namespace hourglass
