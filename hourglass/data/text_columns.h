#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/formats/csv_writer.h"

// Columns of a table that results carry along as they stand there: ids, labels, remarks.

namespace hourglass {

/// Reads the columns how.keep of a text table as texts, a cell for every row; `how` and `features` are as in
/// read_table. An element of how.keep is the name of a column, or several names separated by commas, in quotes where
/// they contain commas; a column that is named twice is read once. Throws Error for a name that no column has, with the
/// nearest one.
std::vector<TextColumn> read_text_columns(std::string_view bytes, const std::string& name, const ReadOptions& how,
                                          std::span<const std::string> features = {});

/// Inserts them before the column at `position` of a CSV file. Where another column of the file has the same name,
/// "_input" is appended. The texts must outlive the columns.
void insert_text_columns(std::vector<CsvColumn>& columns, size_t position, const std::vector<TextColumn>& texts);

}  // namespace hourglass
