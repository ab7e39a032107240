#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string_view>

#include "hourglass/app/inspect.h"
#include "hourglass/base/text.h"

namespace hourglass {
namespace {

/// What a column of a table is, by its content and its name.
enum class ColumnRole {
  number,
  categories,
  row_name,
  empty,
  counter,
  id,
  date,
  own_texts,
  many_texts,
  stray_texts,
  mixed,
  category_of_another  ///< named "K=…", as the features of a categorical column K are
};

constexpr int64_t kFewRows = 10;

/// "id", "user_id", "PassengerId", "No.", "uuid" and the like.
bool is_called_id(const std::string& name) {
  constexpr std::array<std::string_view, 12> kNames = {"id",  "ids", "index", "idx", "key", "no",
                                                       "no.", "nr",  "row",   "num", "#",   "number"};
  const std::string lower = lower_case(name);
  if (std::ranges::find(kNames, lower) != kNames.end()) return true;
  if (name.ends_with("Id") || name.ends_with("ID") || lower.ends_with("uuid")) return true;
  for (const auto ending : {"_id", " id", ".id", "-id", "_no", "_nr", "_key", "_index"})
    if (lower.ends_with(ending)) return true;
  return false;
}

bool is_id(const TableColumn& c) {
  constexpr double kMostGaps = 1.5;
  if (!c.is_integer() || !c.is_distinct || c.missing > 0) return false;
  return is_called_id(c.name) || c.high - c.low < kMostGaps * static_cast<double>(c.numbers);
}

bool is_infinite(const std::string& word) {
  std::string lower = lower_case(word);
  if (lower.starts_with('-') || lower.starts_with('+')) lower.erase(0, 1);
  return lower == "inf" || lower == "infinity" || lower == "∞";
}

/// Texts among numbers that stand for missing values, rather than being what the column is about.
bool are_stray(const TableColumn& c) {
  constexpr int64_t kOneIn = 20;
  constexpr size_t kMostWords = 10;
  if (std::ranges::all_of(c.words, is_infinite)) return true;
  return c.words.size() <= kMostWords && kOneIn * c.texts <= c.numbers + c.texts;
}

ColumnRole text_role(const TableColumn& c) {
  const auto distinct = static_cast<int64_t>(c.words.size());
  if (c.dates == c.texts) return ColumnRole::date;
  if (c.words.size() > kMostSuggestedCategories) return ColumnRole::many_texts;
  const bool most_are_unique = distinct == c.texts || (distinct > 20 && 2 * distinct > c.texts);
  return c.texts >= kFewRows && most_are_unique ? ColumnRole::own_texts : ColumnRole::categories;
}

/// Without a value, or with so few that the training rows may have none.
bool is_empty(const TableColumn& c) {
  constexpr int64_t kFewValues = 5, kGapsPerValue = 10;
  const int64_t values = c.numbers + c.texts;
  return values == 0 || (values < kFewValues && c.missing >= kGapsPerValue * values);
}

ColumnRole role_of(const TableColumn& c) {
  if (c.is_row_name) return ColumnRole::row_name;
  if (is_empty(c)) return ColumnRole::empty;
  if (c.numbers == 0) return text_role(c);
  if (c.texts > 0) {
    if (are_stray(c)) return ColumnRole::stray_texts;
    const auto distinct = static_cast<int64_t>(c.words.size() + c.values.size());
    const bool few = c.words.size() + c.values.size() <= kMostSuggestedCategories;
    return few && (2 * distinct <= c.numbers + c.texts || c.numbers + c.texts < kFewRows) ? ColumnRole::categories
                                                                                          : ColumnRole::mixed;
  }
  if (c.numbers < kFewRows) return ColumnRole::number;
  if (c.missing == 0 && c.has_even_steps) return ColumnRole::counter;
  return is_id(c) ? ColumnRole::id : ColumnRole::number;
}

bool is_left_out(ColumnRole role) {
  return role != ColumnRole::number && role != ColumnRole::categories && role != ColumnRole::stray_texts &&
         role != ColumnRole::row_name;
}

/// Why columns of the role are left out.
const char* reason(ColumnRole role) {
  switch (role) {
    case ColumnRole::empty:
      return "they are empty or nearly empty";
    case ColumnRole::counter:
      return "they count the rows in even steps, which makes every later row abnormal";
    case ColumnRole::id:
      return "they are ids, a different integer in every row";
    case ColumnRole::date:
      return "they are dates or times, which are no numbers";
    case ColumnRole::own_texts:
      return "most rows have a text of their own, as names and ids are";
    case ColumnRole::many_texts:
      return "they have more than 50 different texts, as names, ids and free text have";
    case ColumnRole::category_of_another:
      return "they have the names of a categorical column's features";
    default:
      return "they have texts among numbers";
  }
}

constexpr size_t kNamesShown = 12;

/// "Ticket (661 numbers, 230 texts such as "A/5")".
std::string with_mixture(const TableColumn& c) {
  return fmt::format("{} ({} numbers, {} text{} such as \"{}\")", c.name, c.numbers, c.texts, c.texts == 1 ? "" : "s",
                     beginning(*c.words.begin(), 40));
}

std::string outlier_text(const TableColumn& c, const Outlier& o) {
  return fmt::format(
      "in \"{}\" the number {} ({} of {} rows) takes {:.4g} % of the range, so that the others become nearly one "
      "number: "
      "correct it, or let it stand for a missing value with data.missing_values = [{}], or use data.scale = \"robust\"",
      c.name, o.number, o.count, c.numbers + c.missing, 100 * o.share, o.number);
}

class Suggestion {
 public:
  Suggestion(const Inspection& found, const ReadOptions& given)
      : found_(found), given_(given), ignored_(given.ignore.begin(), given.ignore.end()), used_(ignored_) {
    result_.how = given;
    for (const std::string& name : {given.label, given.series.time, given.series.group}) used_.insert(name);
    for (const auto* names : {&given.categorical, &given.numeric}) used_.insert(names->begin(), names->end());
    for (const TableColumn& c : found.columns)
      if (!is_given(c.name) && role_of(c) == ColumnRole::categories) categorical_.insert(c.name);
    categorical_.insert(given.categorical.begin(), given.categorical.end());
    const auto is_stray = [](const TableColumn& c) { return role_of(c) == ColumnRole::stray_texts; };
    if (!found.is_table || std::ranges::none_of(found.columns, is_stray)) return;
    for (const TableColumn& c : found.columns)
      if (c.numbers == 0) categories_.insert(c.words.begin(), c.words.end());
  }

  SuggestedReading make() {
    has_missing_ = !found_.is_table && found_.summary.missing > 0;
    for (const TableColumn& c : found_.columns) {
      if (!found_.is_table) break;
      if (!is_given(c.name)) columns_[role(c)].push_back(&c);
      if (c.missing > 0 && !ignored_.contains(c.name)) has_missing_ = true;
    }
    keep_a_feature();
    use_columns();
    tell_labels();
    tell_numbers();
    resize_images();
    // A row to be scored later may have gaps that training does not have.
    const bool is_needed = has_missing_ || found_.is_table;
    if (given_.missing == MissingValues::refuse && is_needed) result_.how.missing = MissingValues::mean;
    return std::move(result_);
  }

 private:
  void resize_images() {
    if (!found_.images || given_.images) return;
    result_.how.images = found_.images;
    result_.decisions.push_back({fmt::format("the images have different sizes; all are resized to {} × {} pixels",
                                             found_.images->width, found_.images->height),
                                 "images", true});
  }

  bool is_given(const std::string& name) const { return used_.contains(name); }

  bool is_category_of_another(std::string_view name) const {
    for (size_t at = name.find('='); at != std::string_view::npos; at = name.find('=', at + 1))
      if (categorical_.contains(name.substr(0, at))) return true;
    return false;
  }

  /// A stray text that other columns have as a category cannot stand for a missing value.
  ColumnRole role(const TableColumn& c) const {
    const ColumnRole found = role_of(c);
    if (!is_left_out(found) && is_category_of_another(c.name)) return ColumnRole::category_of_another;
    if (found != ColumnRole::stray_texts) return found;
    const bool is_category =
        std::ranges::any_of(c.words, [&](const std::string& word) { return categories_.contains(word); });
    return is_category ? ColumnRole::mixed : found;
  }

  void decide(std::string text, std::string key, bool uncertain = true) {
    result_.decisions.push_back({std::move(text), std::move(key), uncertain});
  }

  std::vector<std::string> names(ColumnRole role) const {
    std::vector<std::string> names;
    if (const auto columns = columns_.find(role); columns != columns_.end())
      for (const TableColumn* c : columns->second)
        names.push_back(role == ColumnRole::mixed || role == ColumnRole::stray_texts ? with_mixture(*c) : c->name);
    return names;
  }

  /// Without any feature numbers are features, whatever they seem to be.
  void keep_a_feature() {
    const bool has_given = !given_.categorical.empty() || !given_.numeric.empty();
    const auto has = [&](ColumnRole role) { return columns_.contains(role); };
    for (const ColumnRole role : {ColumnRole::counter, ColumnRole::id}) {
      if (has_given || has(ColumnRole::number) || has(ColumnRole::categories) || has(ColumnRole::stray_texts) ||
          !has(role))
        continue;
      columns_[ColumnRole::number] = columns_[role];
      columns_.erase(role);
    }
  }

  void use_columns() {
    ReadOptions& how = result_.how;
    for (const auto& [role, columns] : columns_) {
      if (role == ColumnRole::categories) {
        for (const TableColumn* c : columns) how.categorical.push_back(c->name);
        decide("every text is a feature of its own (one-hot) in " + listed(names(role), kNamesShown), "ignore");
      } else if (role == ColumnRole::stray_texts) {
        std::set<std::string> marks(how.missing_values.begin(), how.missing_values.end());
        for (const TableColumn* c : columns)
          for (const std::string& word : c->words)
            if (marks.insert(word).second) how.missing_values.push_back(word);
        has_missing_ = true;
        decide("texts among the numbers stand for missing values in " + listed(names(role), kNamesShown),
               "missing_values");
      } else if (is_left_out(role)) {
        for (const TableColumn* c : columns) how.ignore.push_back(c->name);
        const bool can_be_numeric = role == ColumnRole::counter || role == ColumnRole::id;
        decide(fmt::format("left out, because {}: {}", reason(role), listed(names(role), kNamesShown)),
               can_be_numeric ? "numeric" : "categorical");
      }
    }
    const bool has_comma = std::ranges::any_of(found_.columns, [](const TableColumn& c) { return c.decimal == ','; });
    if (has_comma && how.decimal.empty()) how.decimal = ",";
    for (const ReadingDecision& decision : found_.decisions)  // other files of the kind may look otherwise
      if (decision.key == "header" && decision.is_uncertain && !how.header)
        how.header = found_.format.ends_with("with a header");
  }

  void tell_labels() {
    constexpr std::array<std::string_view, 22> kLabels = {
        "label",   "labels",       "class",      "classes", "target",         "y",       "species", "diagnosis",
        "outcome", "anomaly",      "is_anomaly", "outlier", "is_fraud",       "isfraud", "fraud",   "result",
        "truth",   "ground_truth", "response",   "attack",  "classification", "category"};
    if (!given_.label.empty() || !found_.is_table) return;
    std::vector<std::string> labels;
    for (const TableColumn& c : found_.columns) {
      const size_t values = c.words.size() + c.values.size();
      const bool few = values >= 2 && values <= kMostSuggestedCategories && c.is_integer();
      const bool is_called = std::ranges::find(kLabels, lower_case(c.name)) != kLabels.end();
      const bool is_last = &c == &found_.columns.back() && values == 2 && c.texts == 0 && c.is_integer() &&
                           c.low >= 0 && c.low <= 1 && c.high <= 10 && found_.columns.size() > 2 &&
                           found_.rows >= 5 * kFewRows;
      if (few && !is_given(c.name) && (is_called || is_last)) labels.push_back(c.name);
    }
    if (!labels.empty())
      decide(fmt::format("what may be a label is used as a feature: {}; data.label = \"{}\" makes it the label",
                         listed(labels, kNamesShown), labels.back()),
             "label");
  }

  void tell_numbers() {
    constexpr int64_t kTold = 8;
    std::vector<std::string> constant;
    int64_t outliers = 0;
    for (const TableColumn& c : found_.columns) {
      if (c.is_constant() && found_.is_table) constant.push_back(c.name);
      const auto outlier = c.outlier();
      const bool is_number = !found_.is_table || (!is_given(c.name) && role(c) == ColumnRole::number);
      if (outlier && is_number && outliers++ < kTold) decide(outlier_text(c, *outlier), "scale");
    }
    if (!found_.is_table) outliers = found_.summary.with_outlier;
    if (outliers > kTold)
      decide(fmt::format("one number takes nearly all of the range in {} more features", outliers - kTold), "scale");
    if (!constant.empty()) decide("the same value in every row: " + listed(constant, kNamesShown), "ignore", false);
  }

  const Inspection& found_;
  const ReadOptions& given_;
  const std::set<std::string> ignored_;
  std::set<std::string> used_;                      ///< columns that the given options name
  std::set<std::string, std::less<>> categorical_;  ///< columns that become one-hot
  std::set<std::string_view> categories_;  ///< texts of the columns that have only texts, where some are stray texts
  SuggestedReading result_ = {};
  std::map<ColumnRole, std::vector<const TableColumn*>> columns_ = {};
  bool has_missing_ = false;
};

}  // namespace

SuggestedReading suggested_reading(const Inspection& found, const ReadOptions& given) {
  return Suggestion(found, given).make();
}

}  // namespace hourglass
