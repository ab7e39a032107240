#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/data/feature_columns.h"
#include "hourglass/data/formats/cell.h"
#include "hourglass/data/table_rows.h"
#include "hourglass/data/text_columns.h"

namespace hourglass {
namespace {

using Cells = std::vector<std::string_view>;

/// How a column is used.
struct Use {
  enum class Kind { skip, number, categories, label, ignored } kind = Kind::skip;
  size_t feature = 0;                        ///< index of a numeric feature
  std::map<std::string, size_t> categories;  ///< index of the feature of each text, or number of the label
};

class Reader {
 public:
  Reader(const DecodedText& text, const std::string& name, const ReadOptions& how,
         std::span<const std::string> features)
      : text_(text.text()),
        name_(name),
        how_(how),
        is_for_model_(!features.empty()),
        markers_(how.missing_values),
        table_(scan_text(text, name, how, features)),
        uses_(table_.columns.size()) {
    for (const TableColumn& column : table_.columns) {
      places_.emplace(column.name, names_.size());
      names_.push_back(column.name);
    }
    for (const std::string& column : how.categorical) {
      if (!features.empty() && !places_.contains(column)) refuse_lacking(column);
      use(column).kind = Use::Kind::categories;
    }
    if (!how.label.empty() && (features.empty() || places_.contains(how.label))) use(how.label).kind = Use::Kind::label;
    // With the features of a model, other columns are ignored and may be missing.
    if (features.empty())
      for (const std::string& column : how.ignore) use(column).kind = Use::Kind::ignored;
    for (const std::string& column : how.numeric)
      if (features.empty()) use(column);
    for (size_t i = 0; i < uses_.size(); ++i)
      if (table_.columns[i].is_row_name && uses_[i].kind == Use::Kind::skip) uses_[i].kind = Use::Kind::ignored;
    find_categories();
    features.empty() ? take_all() : take(features);
  }

  Dataset read() {
    Dataset data{name_, {static_cast<int64_t>(features_.size())}, {}, {}, features_, classes_};
    const std::vector<size_t> kept = places_of(how_.keep, names_, name_);
    for (const size_t place : kept) data.kept.push_back({names_[place]});
    std::vector<float> values, row;
    values.reserve(static_cast<size_t>(table_.rows) * features_.size());
    for_each_row([&](const Cells& cells) {
      row.assign(features_.size(), 0.0f);
      std::optional<int32_t> label;
      bool complete = true;
      for (size_t i = 0; i < cells.size(); ++i) complete &= read_cell(i, cells[i], row, label);
      if (!complete && how_.missing == MissingValues::drop) return;
      values.insert(values.end(), row.begin(), row.end());
      if (label) data.labels.push_back(*label);
      for (size_t k = 0; k < kept.size(); ++k) data.kept[k].cells.emplace_back(cells[kept[k]]);
    });
    if (values.empty()) fail("{}: every row has a missing value, so that missing = \"drop\" leaves none", name_);
    data.values = std::move(values);
    if (unlabelled_ > 0) {
      data.labels.clear();
      data.classes.clear();
    }
    data.notes = notes();
    return data;
  }

 private:
  Use& use(const std::string& column) {
    const size_t i = place_of(column);
    if (i == names_.size()) fail("{}: no column \"{}\"{}", name_, column, did_you_mean(column, names_));
    if (uses_[i].kind != Use::Kind::skip) fail("{}: column \"{}\" is used twice in [data]", name_, column);
    return uses_[i];
  }

  /// The number of the column; that of columns where there is none of this name.
  size_t place_of(const std::string& column) const {
    const auto found = places_.find(column);
    return found == places_.end() ? names_.size() : found->second;
  }

  void for_each_row(auto f) {
    TableRows rows(text_, table_, name_);
    Cells cells;
    while (rows.next(cells)) {
      line_ = rows.line();
      f(cells);
    }
  }

  /// Finds the categories of all categorical columns, unless the features of a model determine them, and the numbers of
  /// the label texts. For a model, label texts that training did not see are numbered behind those that it saw.
  void find_categories() {
    std::vector<size_t> counted;
    for (size_t i = 0; i < uses_.size(); ++i) {
      const bool is_text_label = uses_[i].kind == Use::Kind::label && !is_integer_label(i);
      if (is_text_label ? how_.classes.empty() || is_for_model_
                        : uses_[i].kind == Use::Kind::categories && !is_for_model_)
        counted.push_back(i);
    }
    if (!counted.empty()) count_categories(counted);
    for (Use& use : uses_) {
      size_t number = 0;
      for (auto& [category, place] : use.categories) place = number++;
      if (use.kind == Use::Kind::label) number_labels(use);
    }
  }

  void number_labels(Use& use) {
    std::map<std::string, size_t> numbers;
    for (const std::string& text : how_.classes) numbers.emplace(text, numbers.size());
    for (const auto& [text, place] : use.categories) numbers.emplace(text, numbers.size());
    use.categories = std::move(numbers);
    classes_.resize(use.categories.size());
    for (const auto& [text, label] : use.categories) classes_[label] = text;
  }

  void count_categories(const std::vector<size_t>& columns) {
    for_each_row([&](const Cells& cells) {
      for (const size_t i : columns) {
        if (markers_.contains(cells[i])) continue;
        uses_[i].categories.emplace(cells[i], 0);
        if (uses_[i].categories.size() > kMostCategories)
          fail("{}: column \"{}\" has more than {} categories", name_, names_[i], kMostCategories);
      }
    });
  }

  bool is_integer_label(size_t i) const {
    if (!how_.classes.empty()) return false;
    const TableColumn& c = table_.columns[i];
    constexpr double kMost = std::numeric_limits<int32_t>::max();
    return uses_[i].kind == Use::Kind::label && c.texts == 0 && c.is_integer() && c.low >= -kMost && c.high <= kMost;
  }

  void take_all() {
    std::vector<std::string_view> columns;  // of each feature
    const auto add = [&](size_t i, const std::string& feature) {
      features_.push_back(feature);
      columns.emplace_back(names_[i]);
      return features_.size() - 1;
    };
    for (size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i].kind == Use::Kind::skip) uses_[i] = {Use::Kind::number, add(i, names_[i]), {}};
      if (uses_[i].kind != Use::Kind::categories) continue;
      for (auto& [category, place] : uses_[i].categories) place = add(i, names_[i] + "=" + category);
    }
    if (features_.empty()) fail("{}: no column is left for features", name_);
    refuse_mixed_up(columns);
  }

  /// A model keeps the names of its features, and must find the column of each again: no two names are equal, and
  /// feature_columns() finds every feature's column. `columns` are the names of these.
  void refuse_mixed_up(std::span<const std::string_view> columns) const {
    const auto refuse = [&](std::string_view one, std::string_view other, const std::string& feature) {
      const std::string_view longer = one.size() > other.size() ? one : other;
      fail(
          "{}: columns \"{}\" and \"{}\" make features that cannot be told apart, such as \"{}\"; rename one of them, "
          "or leave one out: [data] ignore = [\"{}\"]",
          name_, one, other, feature, longer);
    };
    std::map<std::string_view, size_t> places;
    for (size_t i = 0; i < features_.size(); ++i)
      if (const auto [first, is_new] = places.emplace(features_[i], i); !is_new)
        refuse(columns[first->second], columns[i], features_[i]);
    for (const FeatureColumn& found : feature_columns(features_, how_.categorical))
      for (size_t k = 0; k < found.texts.size(); ++k)
        if (const size_t i = static_cast<size_t>(found.first) + k; columns[i] != found.name)
          refuse(found.name, columns[i], features_[i]);
  }

  /// Uses the columns for the features that a model was trained on, in any order of the file.
  void take(std::span<const std::string> features) {
    features_.assign(features.begin(), features.end());
    std::set<std::string_view> names;
    for (const std::string& feature : features_)
      if (!names.insert(feature).second)
        fail("{}: the model has two features called \"{}\", so their columns cannot be told apart", name_, feature);
    for (const FeatureColumn& column : feature_columns(features, how_.categorical)) {
      const size_t i = place_of(column.name);
      const auto first = static_cast<size_t>(column.first);
      const bool is_number = column.texts.empty();
      if (i == names_.size() || (is_number && uses_[i].kind != Use::Kind::skip)) refuse_lacking(column.name);
      if (is_number) uses_[i] = {Use::Kind::number, first, {}};
      for (size_t k = 0; k < column.texts.size(); ++k) uses_[i].categories.emplace(column.texts[k], first + k);
    }
  }

  [[noreturn]] void refuse_lacking(const std::string& column) const {
    fail("{}: no column \"{}\", which the model was trained on; the file has {}", name_, column, listed(names_));
  }

  /// Reads a cell; false if a value is missing.
  bool read_cell(size_t i, std::string_view cell, std::vector<float>& row, std::optional<int32_t>& label) {
    const Use& use = uses_[i];
    if (use.kind == Use::Kind::skip || use.kind == Use::Kind::ignored) return true;
    if (markers_.contains(cell)) {
      const bool is_label = use.kind == Use::Kind::label;
      if (is_label && is_for_model_) {
        ++unlabelled_;
        return true;
      }
      set_missing(i, row);
      return false;
    }
    if (use.kind == Use::Kind::number) {
      row[use.feature] = number(i, cell);
    } else if (is_integer_label(i)) {
      label = static_cast<int32_t>(*number_in(cell, table_.columns[i].decimal));
    } else if (const auto found = use.categories.find(std::string(cell)); found != use.categories.end()) {
      if (use.kind == Use::Kind::label)
        label = static_cast<int32_t>(found->second);
      else
        row[found->second] = 1.0f;
    } else if (use.kind == Use::Kind::label) {
      fail("{}: {} holds \"{}\", which is none of the classes {}", name_, place(i), shortened(cell),
           listed(how_.classes));
    } else {
      auto& [rows, example] = unseen_[i];
      if (rows++ == 0) example = shortened(cell);
    }
    return true;
  }

  void set_missing(size_t i, std::vector<float>& row) const {
    const Use& use = uses_[i];
    if (how_.missing == MissingValues::drop) return;
    if (use.kind == Use::Kind::label)
      fail("{}: {} has no label; [data] missing = \"drop\" leaves such rows out", name_, place(i));
    if (how_.missing == MissingValues::refuse)
      fail("{}: {} has no value; [data] missing = \"mean\" fills them in, \"drop\" leaves such rows out", name_,
           place(i));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    if (use.kind == Use::Kind::number) row[use.feature] = nan;
    if (use.kind == Use::Kind::categories)
      for (const auto& [category, feature] : use.categories) row[feature] = nan;
  }

  float number(size_t i, std::string_view cell) const {
    constexpr double kMost = std::numeric_limits<float>::max();
    const auto value = number_in(cell, table_.columns[i].decimal);
    if (value && std::abs(*value) <= kMost) return static_cast<float>(*value);
    const std::string start = fmt::format("{}: {} holds \"{}\", expected a ", name_, place(i), shortened(cell));
    if (value) fail("{}32-bit number", start);
    const char other = table_.columns[i].decimal == '.' ? ',' : '.';
    if (number_in(cell, other))
      fail("{}number with a decimal {}, as the others have", start, other == ',' ? "point" : "comma");
    fail("{}number; [data] categorical = [\"{}\"] one-hot encodes text", start, names_[i]);
  }

  static std::string shortened(std::string_view cell) { return beginning(cell, 40); }

  std::string place(size_t i) const { return fmt::format("line {}, column {} (\"{}\")", line_, i + 1, names_[i]); }

  /// What the user should know about how the rows were read.
  std::vector<std::string> notes() const {
    std::vector<std::string> notes;
    for (const ReadingDecision& decision : table_.decisions)
      if (decision.is_uncertain) notes.push_back(note_of(name_, decision));
    for (const auto& [i, unseen] : unseen_)
      notes.push_back(fmt::format("{}: {} a text in \"{}\" that training did not see, such as \"{}\"", name_,
                                  rows_have(unseen.first), names_[i], unseen.second));
    if (unlabelled_ > 0)
      notes.push_back(fmt::format("{}: {} no label in \"{}\", so the labels are not used", name_,
                                  rows_have(unlabelled_), how_.label));
    return notes;
  }

  static std::string rows_have(int64_t count) { return count == 1 ? "1 row has" : fmt::format("{} rows have", count); }

  std::string_view text_;
  const std::string& name_;
  const ReadOptions& how_;
  const bool is_for_model_;
  const MissingMarkers markers_;
  const Table table_;
  std::vector<Use> uses_;                                ///< per column
  std::vector<std::string> names_ = {};                  ///< of the columns
  std::unordered_map<std::string, size_t> places_ = {};  ///< the number of the column of each name
  std::vector<std::string> features_ = {};
  std::vector<std::string> classes_ = {};  ///< texts of the labels, in the order of their numbers
  int64_t line_ = 0;
  int64_t unlabelled_ = 0;                                    ///< rows without a label
  std::map<size_t, std::pair<int64_t, std::string>> unseen_;  ///< rows with unseen texts by column, and an example
};

}  // namespace

Dataset read_table(std::string_view bytes, const std::string& name, const ReadOptions& how,
                   std::span<const std::string> features) {
  return Reader(decode_text(bytes, how.encoding, name), name, how, features).read();
}

}  // namespace hourglass
