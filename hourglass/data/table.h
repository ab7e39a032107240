#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"
#include "hourglass/data/table_column.h"

namespace hourglass {

/// A decision about how data are read, for the user.
struct ReadingDecision {
  std::string text;           ///< a sentence without a full stop: "the delimiter is ';'"
  std::string key = {};       ///< of [data], which changes it: "delimiter"; empty: none
  bool is_uncertain = false;  ///< the data allow another decision
};

/// The decision as a note about the data NAME: "NAME: TEXT (data.KEY)".
std::string note_of(const std::string& name, const ReadingDecision& decision);

/// Description of a text table: all that reading it decides.
struct Table {
  char delimiter = ',';  ///< ' ' for runs of blanks
  bool header = false;
  int64_t rows = 0;
  std::vector<TableColumn> columns = {};
  std::string encoding = "UTF-8";
  size_t start = 0;        ///< position of the first row in the decoded text
  int64_t first_line = 1;  ///< number of its line
  bool has_row_names = false;
  std::vector<std::string> names = {};                ///< the header as it stands in the file; empty: none
  std::map<std::string, int64_t> missing_texts = {};  ///< how often each text stands for a missing value
  std::vector<ReadingDecision> decisions = {};
};

/// Scans a text table and decides what the keys of [data] leave open: encoding (decode_text), delimiter
/// (detect_dialect), whether the first row is a header (is_header), and the decimal sign of each column of numbers: the
/// one that its cells allow; where they allow both, that of the other columns, else a point, or a comma where ";" is
/// the delimiter. Numbers of a column never mix the two. A column is one name short of the header where R writes row
/// names; a delimiter at the end of every row makes no column; names that occur twice get an ending (x, x.1).
/// `features` are those of a model: a first row with the names of their columns is a header. Throws Error with the line
/// for a row with another number of cells than the first, as decode_text and CsvRows do, and if there are no rows.
Table scan_table(std::string_view bytes, const std::string& name, const ReadOptions& how = {},
                 std::span<const std::string> features = {});

/// Reads the rows of a text table as floats, and their labels. Numeric columns are features in the order of the file; a
/// categorical column becomes one feature per text, "city=Paris", 1 in rows that have it and 0 elsewhere. Labels are
/// the integers of the label column. If it has texts, a label is the text's position in `how.classes` or, if that is
/// empty, among the texts of the column in alphabetical order. A missing value is an error, NaN ("mean": the scaler
/// replaces it), or removes its row ("drop"), depending on `how`. Uncertain decisions of scan_table are notes of the
/// data set. Its `kept` are the columns of how.keep (places_of). Throws Error with line and column, from 1, for text in
/// a numeric column and for an unknown label, and names two columns whose features have names that
/// could be confused, as those of a category "city" and a number "city=Bern".
///
/// `features` are the features that a model was trained on: these are produced, in this order; other columns are
/// ignored. A text of a categorical column that is not among them is 0 in all of its features, which a note tells. The
/// label column may be absent, a label that is not among `how.classes` is numbered behind them, and if a row has no
/// label the data set has none.
Dataset read_table(std::string_view bytes, const std::string& name, const ReadOptions& how,
                   std::span<const std::string> features = {});

}  // namespace hourglass
