#pragma once

#include <string>
#include <vector>

#include "hourglass/data/table.h"

namespace hourglass {

/// What a source holds, before anything is decided about it.
struct Inspection {
  std::string format;  ///< "text table, delimiter ',', with a header", "bytes", "floats"
  int64_t rows = 0;    ///< of the training part
  int64_t test_rows = 0;
  Shape sample;  ///< of a table its columns
  std::vector<TableColumn> columns =
      {};  ///< of a table as they are, else one for each feature, named by its number from 1
  std::vector<std::string> classes = {};  ///< the texts that labels stand for
  std::vector<int32_t> labels = {};       ///< each once, ascending; of a table none
  bool is_table = false;
  bool is_bytes = false;
};

/// Reads a source as open_source does, but takes missing values and text columns as they are. Throws Error as
/// open_source does on what no option could mend.
Inspection inspect_source(const std::string& source, const ReadOptions& how = {});

/// How what was inspected can be read, where `given` leaves it open: columns of up to 50 different texts are
/// categorical, those with more are ignored, as are empty ones; missing values take the mean. A column with some
/// numbers in it is one of numbers, so that a stray text is refused. Lists that are given are not added to: then other
/// texts go to the list that is not.
ReadOptions suggested_reading(const Inspection& found, const ReadOptions& given = {});

}  // namespace hourglass
