#pragma once

#include <string>
#include <vector>

#include "hourglass/data/table.h"

namespace hourglass {

/// Description of a data source, independent of reading options.
struct Inspection {
  std::string format;  ///< "CSV, delimiter ',', with a header", "bytes", "floats"
  int64_t rows = 0;    ///< of the training part
  int64_t test_rows = 0;
  Shape sample;                           ///< for a table: (columns)
  std::vector<TableColumn> columns = {};  ///< columns of a table; else one per feature, named "1", "2", …
  std::vector<std::string> classes = {};  ///< text of each label, if labels are texts
  std::vector<int32_t> labels = {};       ///< distinct labels, ascending; empty for a table
  std::vector<std::string> notes = {};    ///< what reading guessed, changed or left out
};

/// Inspects a source that open_source would read, with missing values and text columns left as they are. Throws Error
/// as open_source does for errors that no option could avoid.
Inspection inspect_source(const std::string& source, const ReadOptions& how = {});

/// Suggests reading options for the source, where `given` leaves them open: columns of up to 50 distinct texts are
/// categorical; columns with more texts and empty columns are ignored; missing values become the mean. A column with
/// some numbers is numeric, so that a stray text is an error. Lists in `given` are not extended; remaining text columns
/// go to the other list.
ReadOptions suggested_reading(const Inspection& found, const ReadOptions& given = {});

}  // namespace hourglass
