#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/dataset.h"
#include "hourglass/data/formats/csv_writer.h"

// Columns of a table that results carry along as they stand there: ids, labels, remarks.

namespace hourglass {

/// Reads columns of a text table as texts, a cell for every row. An element of `asked` is the name of a column, or
/// several names separated by commas, in quotes where they contain commas; a column that is named twice is read once.
/// Throws Error for a name that no column has, with the nearest one.
std::vector<TextColumn> read_text_columns(std::string_view text, const std::string& name,
                                          const std::vector<std::string>& asked);

/// Inserts them before the column at `position` of a CSV file. Where another column of the file has the same name,
/// "_input" is appended. The texts must outlive the columns.
void insert_text_columns(std::vector<CsvColumn>& columns, size_t position, const std::vector<TextColumn>& texts);

}  // namespace hourglass
