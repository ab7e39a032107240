#include "hourglass/data/table.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/cell.h"
#include "hourglass/data/formats/csv_dialect.h"
#include "hourglass/data/formats/text_encoding.h"
#include "hourglass/data/table_header.h"
#include "hourglass/data/table_rows.h"

namespace hourglass {
namespace {

using Cells = std::vector<std::string_view>;
using Row = std::vector<std::string>;

bool has_sign(std::string_view cell) {
  return std::ranges::any_of(cell, [](char c) { return c == ',' || c == '.'; });
}

/// Which decimal signs the cells of a column allow. Statistics of the column wait until its sign is known: for the
/// other one nearly every cell would be a text of its own.
class SignScan {
 public:
  /// `cell` is no missing value.
  void count(std::string_view cell) {
    if (!has_sign(cell)) return;
    const auto point = parse_number(cell, '.'), comma = parse_number(cell, ',');
    only_point_ += point && !comma;
    only_comma_ += comma && !point;
    is_open_point_ |= point && comma && !point->has_groups;
    is_open_comma_ |= point && comma && point->has_groups;
  }

  int64_t only_point() const { return only_point_; }
  int64_t only_comma() const { return only_comma_; }
  char likelier() const { return only_comma_ > only_point_ ? ',' : '.'; }
  bool is_decided() const { return only_point_ + only_comma_ > 0; }
  /// All cells with a sign are numbers by either: "1.234" or "1,234".
  bool is_open() const { return !is_decided() && (is_open_point_ || is_open_comma_); }
  bool is_open_comma() const { return is_open_comma_; }

 private:
  int64_t only_point_ = 0, only_comma_ = 0;
  bool is_open_point_ = false, is_open_comma_ = false;
};

/// Counts a cell in a column whose decimal sign is known.
void count(std::string_view cell, const MissingMarkers& markers, TableColumn& column) {
  if (markers.contains(cell)) {
    ++column.missing;
    return;
  }
  const auto number = parse_number(cell, column.decimal);
  if (!number) return column.count_text(cell);
  column.count(number->value);
  column.bare_integers += !has_sign(cell);
  column.grouped += number->has_groups;
  if (column.units.size() < 4) column.units.emplace(number->unit);
}

constexpr size_t kNamesShown = 8;

std::string delimiter_name(char delimiter) {
  if (delimiter == '\t') return "a tab";
  return delimiter == ' ' ? "runs of blanks" : fmt::format("'{}'", delimiter);
}

/// The rows at the beginning of the text, the first of which may be a header.
struct Sample {
  Row first, second;
  size_t narrowest = SIZE_MAX, widest = 0;  ///< cells of the rows below the first
  bool ends_empty = true;                   ///< so do all rows below the first
  std::vector<SignScan> signs;              ///< per column
};

class Scanner {
 public:
  Scanner(const DecodedText& text, const std::string& name, const ReadOptions& how,
          std::span<const std::string> features)
      : text_(text.text()), name_(name), how_(how), features_(features), markers_(how.missing_values) {
    table_.encoding = text.encoding;
    if (text.is_guessed)
      decide(fmt::format("the text is not UTF-8 and is read as {}", text.encoding), "encoding", true);
    else if (text.encoding != "UTF-8")
      decide(fmt::format("the text is in {}", text.encoding), "encoding");
  }

  Table scan() {
    choose_dialect();
    const Sample sample = read_sample();
    choose_width(sample);
    choose_header(sample);
    choose_decimals(scan_signs());
    count_rows();
    name_columns();
    tell_numbers();
    return std::move(table_);
  }

 private:
  void decide(std::string text, std::string key = "", bool uncertain = false) {
    table_.decisions.push_back({std::move(text), std::move(key), uncertain});
  }

  void choose_dialect() {
    const CsvDialect dialect = detect_dialect(text_, name_, how_.delimiter);
    table_.delimiter = dialect.delimiter;
    table_.start = dialect.start;
    table_.first_line = dialect.first_line;
    header_is_comment_ = dialect.header_is_comment;
    decide(fmt::format("the delimiter is {}{}", delimiter_name(dialect.delimiter),
                       dialect.has_sep_line ? ", as its first line says" : ""),
           "delimiter", dialect.is_uncertain);
    if (dialect.comments > 0)
      decide(fmt::format("{} above the rows that begin{} with # are left out",
                         dialect.comments == 1 ? "one line" : fmt::format("{} lines", dialect.comments),
                         dialect.comments == 1 ? "s" : ""));
  }

  static constexpr int64_t kSampleRows = 1000;

  Sample read_sample() {
    CsvRows rows(text_.substr(table_.start), table_.delimiter, name_, table_.first_line);
    Cells cells;
    if (!rows.next(cells)) fail("{}: no rows", name_);
    Sample sample;
    sample.first.assign(cells.begin(), cells.end());
    for (int64_t i = 0; i < kSampleRows && rows.next(cells); ++i) {
      if (i == 0) sample.second.assign(cells.begin(), cells.end());
      sample.narrowest = std::min(sample.narrowest, cells.size());
      sample.widest = std::max(sample.widest, cells.size());
      sample.ends_empty &= cells.back().empty();
      sample.signs.resize(std::max(sample.signs.size(), cells.size()));
      for (size_t j = 0; j < cells.size(); ++j)
        if (!markers_.contains(cells[j])) sample.signs[j].count(cells[j]);
    }
    return sample;
  }

  /// Statistics of the sample's columns below the first row.
  std::vector<TableColumn> columns_of(const Sample& sample) const {
    std::vector<TableColumn> columns(std::max(sample.signs.size(), sample.first.size()));
    for (size_t j = 0; j < sample.signs.size(); ++j) columns[j].decimal = sample.signs[j].likelier();
    CsvRows rows(text_.substr(table_.start), table_.delimiter, name_, table_.first_line);
    Cells cells;
    rows.next(cells);
    for (int64_t i = 0; i < kSampleRows && rows.next(cells); ++i)
      for (size_t j = 0; j < cells.size(); ++j) count(cells[j], markers_, columns[j]);
    return columns;
  }

  void choose_width(const Sample& sample) {
    const size_t first = sample.first.size();
    const bool is_even = sample.narrowest == sample.widest;
    size_t width = first;
    bool ends_in_delimiter = false;
    if (is_even && sample.widest == first + 1) {
      ends_in_delimiter = sample.ends_empty;
      table_.has_row_names = !ends_in_delimiter && how_.header != std::optional(false);
      width += table_.has_row_names;
    } else if (is_even && first > 1 && sample.first.back().empty()) {
      ends_in_delimiter = sample.widest + 1 == first || (sample.widest == first && sample.ends_empty);
      width -= ends_in_delimiter;
    }
    table_.columns.resize(width);
    if (ends_in_delimiter) decide("the delimiter at the end of every row makes no column");
    if (table_.has_row_names)
      decide(
          "the header has one name less than the rows have cells, so the first column has the names of the rows and "
          "is no feature");
  }

  void choose_header(const Sample& sample) {
    HeaderDecision found{true, false, ""};
    if (how_.header) {
      found.is_header = *how_.header;
    } else if (header_is_comment_) {
      found = {true, true, "the comment above the rows has a name for every column"};
    } else if (!table_.has_row_names && !has_names_of_features(sample.first)) {
      found = decide_header(sample.first, sample.second, columns_of(sample));
    }
    table_.header = found.is_header;
    if (table_.header) table_.names = sample.first;
    const std::string what = found.is_header ? "the first row is a header" : "the first row is data, no header";
    decide(found.reason.empty() ? what : fmt::format("{}: {}", what, found.reason), "header", found.is_uncertain);
  }

  /// The first row has the names of all columns that the model's features come from.
  bool has_names_of_features(const Row& first) const {
    // Columns without names are numbered from 1.
    if (features_.empty() || features_[0] == "1") return false;
    const std::set<std::string_view> names(first.begin(), first.end());
    return std::ranges::all_of(features_, [&](std::string_view feature) {
      return names.contains(feature) || names.contains(feature.substr(0, feature.find('=')));
    });
  }

  std::vector<SignScan> scan_signs() {
    std::vector<SignScan> signs(table_.columns.size());
    TableRows rows(text_, table_, name_);
    Cells cells;
    while (rows.next(cells)) {
      ++table_.rows;
      for (size_t i = 0; i < signs.size(); ++i)
        if (!markers_.contains(cells[i]))
          signs[i].count(cells[i]);
        else if (!cells[i].empty())
          ++table_.missing_texts[std::string(cells[i])];
    }
    if (table_.rows == 0) fail("{}: no rows after the header", name_);
    if (const int64_t repeated = rows.repeated_headers())
      decide(fmt::format("{} that repeat{} the header {} left out",
                         repeated == 1 ? "one row" : fmt::format("{} rows", repeated), repeated == 1 ? "s" : "",
                         repeated == 1 ? "is" : "are"),
             "", true);
    return signs;
  }

  void count_rows() {
    TableRows rows(text_, table_, name_);
    Cells cells;
    while (rows.next(cells))
      for (size_t i = 0; i < cells.size(); ++i) count(cells[i], markers_, table_.columns[i]);
    for (TableColumn& column : table_.columns) column.finish();
  }

  /// Where the cells of a column allow both decimal signs, the other columns decide.
  void choose_decimals(const std::vector<SignScan>& scans) {
    const auto with = [&](auto condition) { return std::ranges::count_if(scans, condition); };
    const auto commas = with([](const auto& s) { return s.only_comma() > s.only_point(); });
    const auto points = with([](const auto& s) { return s.only_point() > 0 && s.only_comma() <= s.only_point(); });
    const bool has_other_decimals = commas + points > 0;
    for (size_t i = 0; i < scans.size(); ++i) {
      const SignScan& scan = scans[i];
      bool comma = scan.only_comma() > scan.only_point();
      if (!scan.is_decided()) {
        comma = !how_.decimal.empty() ? how_.decimal == ","
                : has_other_decimals  ? commas > points
                                      : scan.is_open_comma() && table_.delimiter == ';';
        if (scan.is_open() && how_.decimal.empty() && (comma || (scan.is_open_comma() && table_.delimiter != ',')))
          guessed_decimals_.push_back(i);
      }
      table_.columns[i].decimal = comma ? ',' : '.';
    }
    if (table_.has_row_names) table_.columns[0].is_row_name = true;
  }

  void name_columns() {
    std::set<std::string> taken;
    std::vector<std::string> repeated;
    const size_t unnamed = table_.has_row_names ? 1 : 0;  // columns before the first name
    std::map<std::string, int> endings;                   // the last one of each name
    const auto unique = [&](const std::string& wanted) {
      std::string found = wanted;
      while (!taken.insert(found).second) found = fmt::format("{}.{}", wanted, ++endings[wanted]);
      return found;
    };
    for (const std::string& header : table_.names) taken.insert(header);
    std::set<std::string> used;
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      const std::string header = i < unnamed || !table_.header ? "" : table_.names[i - unnamed];
      std::string& column = table_.columns[i].name;
      if (header.empty()) {
        column = unique(std::to_string(i + 1));
      } else if (used.insert(header).second) {
        column = header;
      } else {
        column = unique(header);
        repeated.push_back(fmt::format("\"{}\" is called \"{}\"", header, column));
      }
    }
    if (!repeated.empty())
      decide(fmt::format("names occur twice in the header: the second {}", listed(repeated, kNamesShown)), "", true);
  }

  void tell_numbers() {
    std::vector<std::string> commas, grouped, percents, mixed, guessed;
    for (const TableColumn& c : table_.columns) {
      if (c.decimal == ',' && c.numbers > c.bare_integers) commas.push_back(c.name);
      if (c.grouped > 0) grouped.push_back(c.name);
      std::set<std::string> units = c.units;
      const bool has_bare = units.erase("") > 0;
      if (units.empty()) continue;
      const bool is_mixed = units.size() > 1 || (has_bare && units.contains("%"));
      (is_mixed ? mixed : percents).push_back(fmt::format("{} ({})", c.name, fmt::join(units, " ")));
    }
    for (const size_t i : guessed_decimals_) guessed.push_back(table_.columns[i].name);
    if (!commas.empty()) decide("numbers with a decimal comma: " + listed(commas, kNamesShown), "decimal");
    if (!grouped.empty())
      decide("numbers with a sign between the thousands: " + listed(grouped, kNamesShown), "decimal");
    if (!guessed.empty())
      decide(fmt::format(
                 "the sign before three digits could be a decimal sign or stand between the thousands, and is read "
                 "as {}: {}",
                 decimal_reading(), listed(guessed, kNamesShown)),
             "decimal", true);
    if (!percents.empty()) decide("units of numbers are left out: " + listed(percents, kNamesShown));
    if (!mixed.empty())
      decide(
          "numbers with different units stand in one column, and the units are left out: " + listed(mixed, kNamesShown),
          "", true);
    if (table_.missing_texts.empty()) return;
    std::vector<std::string> texts;
    for (const auto& [text, count] : table_.missing_texts) texts.push_back(fmt::format("\"{}\" ({})", text, count));
    decide(fmt::format("these texts stand for missing values: {}", listed(texts, kNamesShown)), "missing_values");
  }

  /// How the columns of guessed_decimals_ are read.
  std::string decimal_reading() const {
    const bool comma = table_.columns[guessed_decimals_.front()].decimal == ',';
    return comma ? "written with a decimal comma" : "written with a decimal point";
  }

  std::string_view text_;
  const std::string& name_;
  const ReadOptions& how_;
  std::span<const std::string> features_;
  const MissingMarkers markers_;
  Table table_;
  bool header_is_comment_ = false;
  std::vector<size_t> guessed_decimals_ = {};  ///< columns
};

}  // namespace

std::string note_of(const std::string& name, const ReadingDecision& decision) {
  const auto& [text, key, is_uncertain] = decision;
  return fmt::format("{}: {}{}", name, text, key.empty() ? "" : " (data." + key + ")");
}

Table scan_text(const DecodedText& text, const std::string& name, const ReadOptions& how,
                std::span<const std::string> features) {
  return Scanner(text, name, how, features).scan();
}

Table scan_table(std::string_view bytes, const std::string& name, const ReadOptions& how,
                 std::span<const std::string> features) {
  return scan_text(decode_text(bytes, how.encoding, name), name, how, features);
}

}  // namespace hourglass
