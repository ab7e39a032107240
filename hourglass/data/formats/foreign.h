#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// A message for a file of a format that Hourglass recognises by its first bytes and does not read: the format, and a
/// command that converts `file` (a shell can run it as it is), "FILE: an Excel workbook, which Hourglass does not read;
/// convert it: …". Empty for other files. Known are Excel and OpenDocument workbooks, Parquet, Arrow, HDF5, pickle, R,
/// Stata, SPSS, MATLAB, SQLite, JSON, ARFF, XML and HTML, PDF, images other than PNG and JPEG, and other archives.
std::string foreign_format_message(std::string_view start, const std::string& file);

}  // namespace hourglass
