#pragma once

#include <string>
#include <vector>

#include "hourglass/data/dataset.h"
#include "hourglass/data/formats/csv_writer.h"

// Columns of a table that results carry along as they stand there: ids, labels, remarks.

namespace hourglass {

/// Positions of the columns to read as texts among the names of a table's columns. An element of `asked` is the name of
/// a column, or several names separated by commas, in quotes where they contain commas; a column that is named twice
/// counts once. Throws Error with `table` for a name that no column has, with the nearest one.
std::vector<size_t> places_of(const std::vector<std::string>& asked, const std::vector<std::string>& columns,
                              const std::string& table);

/// Inserts texts before the column at `position` of a CSV file. Where another column of the file has the same name,
/// "_input" is appended. The texts must outlive the columns.
void insert_text_columns(std::vector<CsvColumn>& columns, size_t position, const std::vector<TextColumn>& texts);

}  // namespace hourglass
