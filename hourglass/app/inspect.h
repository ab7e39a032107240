#pragma once

#include <string>
#include <vector>

#include "hourglass/data/table.h"

namespace hourglass {

/// Description of a data source, independent of the reading options that choose columns.
struct Inspection {
  static constexpr size_t kMostShown = 64;  ///< features are described one by one up to here

  std::string format;  ///< "CSV, delimiter ',', with a header", "bytes", "floats"
  int64_t rows = 0;    ///< of the training part
  int64_t test_rows = 0;
  Shape sample;  ///< for a table: (columns)
  /// Columns of a table, all of them. Of an array the features, named "1", "2", …: all up to kMostShown, of more the
  /// first kMostShown that have an outlier.
  std::vector<TableColumn> columns = {};
  ColumnSummary summary = {};             ///< of all columns or features
  std::vector<std::string> classes = {};  ///< text of each label, if labels are texts
  std::vector<int32_t> labels = {};       ///< distinct labels, ascending; empty for a table
  std::vector<std::string> notes = {};    ///< what reading guessed, changed or left out; for a table: empty
  bool is_table = false;
  std::vector<ReadingDecision> decisions = {};  ///< how the table is written
  std::optional<ImagesConfig> images = {};      ///< the common size of images of several sizes
};

/// Inspects a source that open_source would read, with missing values and text columns left as they are. Throws Error
/// as open_source does for errors that no option could avoid.
Inspection inspect_source(const std::string& source, const ReadOptions& how = {});

/// Text columns of more distinct texts than this are left out by suggested_reading.
constexpr size_t kMostSuggestedCategories = 50;

struct SuggestedReading {
  ReadOptions how;
  std::vector<ReadingDecision> decisions;  ///< which columns are used how, and why
};

/// Suggests reading options for the source, where `given` leaves them open; the lists of `given` are extended. In a
/// table of at least 10 rows these columns are left out: those that count the rows (each number is the one before plus
/// the same step), ids (different integers without large gaps, or under a name such as "id"), dates, texts of which
/// most rows have their own, more than kMostSuggestedCategories texts, and empty columns. Other texts are categorical.
/// In a column of numbers up to 10 different texts that are no more than 5 % of the cells, and infinite numbers, stand
/// for missing values; otherwise it is categorical if it has few different cells, and left out if not. If no column
/// were left, numbers are kept. Missing values become the mean, also where there are none now. Images of
/// several sizes are resized to a common one. The decisions also name
/// what may be the label, constant columns, and the first columns in which one number takes nearly all of the range.
SuggestedReading suggested_reading(const Inspection& found, const ReadOptions& given = {});

}  // namespace hourglass
