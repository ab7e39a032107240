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

struct TableColumn {
  std::string name;  ///< of the header; its number from 1 where there is none
  int64_t numbers = 0, missing = 0, texts = 0;
  double low = 0, high = 0, sum = 0;  ///< of the numbers
  bool whole = true;                  ///< all numbers are whole
  std::set<std::string> words;        ///< the different texts, as far as kMostCategories + 1

  /// NaN is a missing value.
  void count(double number);
  bool is_constant() const { return texts == 0 ? numbers > 0 && low == high : numbers == 0 && words.size() == 1; }
};

/// The most categories a column of text may have.
constexpr size_t kMostCategories = 1000;

/// What a CSV file holds, before anything is decided about it.
struct Table {
  char delimiter = ',';
  bool header = false;
  int64_t rows = 0;
  std::vector<TableColumn> columns = {};
};

/// Reads a text table once. The delimiter is detect_delimiter's. The first row is the header where it has text over a
/// column of numbers, or text, each another, in every cell. Throws Error naming the line of a row with another number
/// of cells than the first, or of what is not UTF-8, of two columns of the same name, and when there are no rows.
Table scan_table(std::string_view text, const std::string& name);

/// The rows of a text table as floats, and their labels. Columns of numbers are features in the file's order; a
/// categorical one becomes a feature for each of its values, "city=Paris", 1 where the row has it and else 0. The label
/// column's whole numbers are the labels; of texts, their places in `how.classes`, or without these in alphabetical
/// order. A missing value is refused, is NaN ("mean": the scaler fills it in) or takes its row away ("drop"), as `how`
/// says.
/// `features` names what a model was trained on: these features are made, in this order; other columns do not count,
/// the label's may be absent, and a value of a categorical column that is not among them is 0 in all.
/// Throws Error with line and column, from 1, of text where a number belongs and of a label that is no class.
Dataset read_table(std::string_view text, const std::string& name, const ReadOptions& how,
                   std::span<const std::string> features = {});

}  // namespace hourglass
