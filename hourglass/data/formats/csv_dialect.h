#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hourglass {

/// How the rows of a text table are separated, and where they begin.
struct CsvDialect {
  char delimiter = ',';            ///< ' ' for runs of spaces and tabs
  bool is_uncertain = false;       ///< another delimiter splits the first rows as evenly
  bool has_sep_line = false;       ///< the first line names the delimiter, as "sep=;"
  int64_t comments = 0;            ///< lines that begin with # above the rows
  bool header_is_comment = false;  ///< the last of them contains the names: the text begins behind its #
  size_t start = 0;                ///< position of the first row
  int64_t first_line = 1;          ///< number of the line there
};

/// Finds out the dialect of a text. The delimiter is `delimiter` ("," or "tab" or "space", …), or, where that is empty,
/// that of a line `sep=;`, or else comma, tab, semicolon, bar or runs of blanks: the one that splits the first rows
/// into the same number of cells, where the header may be one name short (R leaves out that of the row names) or end in
/// a delimiter. Among several, it prefers one that leaves only numbers (a comma may be a decimal sign), then the
/// largest number of cells. Blanks are chosen only if no other delimiter splits the rows so, and if a third of the
/// cells are numbers or quoted, since texts contain spaces.
CsvDialect detect_dialect(std::string_view text, const std::string& name, const std::string& delimiter = "");

/// True if the first bytes can be those of a text table.
bool looks_like_text(std::string_view content);

}  // namespace hourglass
