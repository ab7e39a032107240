#include "hourglass/data/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/base/text.h"
#include "hourglass/data/formats/time_text.h"

namespace hourglass {
namespace {

/// A step of time above this times the median step is a gap.
constexpr double kGap = 1.5;

std::string count_text(int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

class SeriesMaker {
 public:
  SeriesMaker(Dataset rows, const SeriesOptions& how, MissingValues missing)
      : how_(how), missing_(missing), rows_(std::move(rows)), series_(std::make_shared<TimeSeries>()) {}

  Dataset make() {
    check_width();
    take_columns();
    read_times();
    order_steps();
    find_parts();
    return windows();
  }

 private:
  void check_width() const {
    if (rows_.sample.rank() != 1)
      fail("{}: data.window makes windows of rows of numbers, but samples are {}", rows_.name, rows_.sample.text());
    if (how_.window > kMostFeatures / rows_.sample.size())
      fail("{}: data.window = {} of {} is more than {} features; use a shorter window, or data.ignore", rows_.name,
           how_.window, count_text(rows_.sample.size(), "column", "columns"), kMostFeatures);
  }

  /// Takes the columns of time and group from the kept ones.
  void take_columns() {
    for (auto [name, texts] : {std::pair(&how_.time, &times_), std::pair(&how_.group, &groups_)}) {
      if (name->empty()) continue;
      if (rows_.kept.empty() || rows_.kept[0].name != *name)
        fail("{}: [data] names column \"{}\", but the data have no named columns", rows_.name, *name);
      *texts = std::move(rows_.kept[0].cells);
      rows_.kept.erase(rows_.kept.begin());
    }
  }

  void read_times() {
    time_.reserve(times_.size());
    for (const std::string& text : times_) {
      const auto time = parse_time(text);
      if (!time)
        fail(
            "{}: row {}, column \"{}\" holds \"{}\", expected a time: a number, or a date such as 2020-01-31 or "
            "2020-01-31 12:00:00",
            rows_.name, time_.size() + 1, how_.time, beginning(text, 40));
      time_.push_back(*time);
    }
  }

  /// Number of the group of each row, in the order in which they first occur.
  std::vector<uint32_t> group_numbers() const {
    std::vector<uint32_t> numbers(static_cast<size_t>(rows_.rows()), 0);
    std::unordered_map<std::string_view, uint32_t> number_of;
    for (size_t row = 0; row < groups_.size(); ++row)
      numbers[row] = number_of.emplace(groups_[row], static_cast<uint32_t>(number_of.size())).first->second;
    return numbers;
  }

  void order_steps() {
    const std::vector<uint32_t> group = group_numbers();
    auto& order = series_->rows;
    order.resize(group.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::stable_sort(order, {}, [&](uint32_t row) { return group[row]; });
    if (!time_.empty()) sort_by_time(group, order);
    for (uint32_t step = 0; step < order.size(); ++step) {
      if (step == 0 || group[order[step]] != group[order[step - 1]]) series_->groups.push_back({step, 0});
      ++series_->groups.back().count;
    }
    const auto in_order = [&](std::vector<std::string>& texts) {
      std::vector<std::string> sorted;
      sorted.reserve(texts.size());
      if (!texts.empty())
        for (const uint32_t row : order) sorted.push_back(std::move(texts[row]));
      return sorted;
    };
    series_->times = in_order(times_);
    series_->names = in_order(groups_);
    order_values();
  }

  void sort_by_time(const std::vector<uint32_t>& group, std::vector<uint32_t>& order) {
    int64_t behind = 0;
    for (size_t i = 1; i < order.size(); ++i)
      behind += group[order[i]] == group[order[i - 1]] && time_[order[i]] < time_[order[i - 1]];
    if (behind == 0) return;
    std::ranges::stable_sort(order, {}, [&](uint32_t row) { return std::pair(group[row], time_[row]); });
    note("{} before the row above by \"{}\"; the rows are sorted by it", count_text(behind, "row is", "rows are"),
         how_.time);
  }

  /// The values in the order of the steps, as floats side by side.
  void order_values() {
    Dataset& steps = series_->steps;
    const bool is_in_order = std::ranges::is_sorted(series_->rows);
    const bool is_plain =
        rows_.with_rows([]<class Rows>(const Rows&) { return std::is_same_v<Rows, PlainRows<float>>; });
    if (is_in_order && is_plain) {
      steps = std::move(rows_);
      return;
    }
    std::vector<float> values;
    const auto width = static_cast<size_t>(rows_.sample.size());
    values.reserve(width * series_->rows.size());
    rows_.with_rows([&](const auto& all) {
      all.for_each(series_->rows, [&](const auto* x) { values.insert(values.end(), x, x + width); });
    });
    rows_.values = std::vector<float>();
    steps = Dataset{rows_.name, rows_.sample, std::move(values), {}, rows_.columns, rows_.classes, rows_.notes};
    if (!rows_.labels.empty())
      for (const uint32_t row : series_->rows) steps.labels.push_back(rows_.labels[row]);
    for (auto& [column, cells] : rows_.kept) {
      auto& sorted = steps.kept.emplace_back(TextColumn{column}).cells;
      for (const uint32_t row : series_->rows) sorted.push_back(std::move(cells[row]));
    }
  }

  /// Steps of time within a group.
  std::vector<double> time_steps(const StepRange& group) const {
    std::vector<double> steps;
    for (uint32_t i = group.first + 1; i < group.end(); ++i)
      steps.push_back(time_[series_->rows[i]] - time_[series_->rows[i - 1]]);
    return steps;
  }

  /// The step of time above which there is a gap.
  double longest_step(const StepRange& group, const std::vector<double>& steps) {
    std::vector<double> sorted = steps;
    std::ranges::nth_element(sorted, sorted.begin() + std::ssize(sorted) / 2);
    const double median = sorted[sorted.size() / 2];
    same_times_ += std::ranges::count(steps, 0.0);
    if (median == 0)
      fail(
          "{}: most of {} rows{} have the time of another in \"{}\"; if they are of several series, name the column "
          "that tells them apart with data.group",
          series_->steps.name, group.count,
          groups_.empty() ? "" : fmt::format(" with \"{}\" = \"{}\"", how_.group, series_->names[group.first]),
          how_.time);
    return kGap * median;
  }

  bool lacks_value(uint32_t step, const float* values, size_t width) const {
    const float* x = values + step * width;
    return missing_ == MissingValues::drop && std::any_of(x, x + width, [](float v) { return std::isnan(v); });
  }

  void find_parts() {
    const auto width = static_cast<size_t>(series_->steps.sample.size());
    const float* values = values_of_steps().data();
    for (const StepRange& group : series_->groups) {
      const std::vector<double> steps = time_.empty() ? std::vector<double>() : time_steps(group);
      const double longest = steps.empty() ? HUGE_VAL : longest_step(group, steps);
      bool is_new = true;
      for (uint32_t step = group.first; step < group.end(); ++step) {
        const bool is_gap = how_.gaps == TimeGaps::split && step > group.first && !steps.empty() &&
                            steps[step - group.first - 1] > longest;
        gaps_ += is_gap;
        if (lacks_value(step, values, width)) {
          ++lacking_;
          is_new = true;
          continue;
        }
        if (is_new || is_gap) series_->parts.push_back({step, 0});
        ++series_->parts.back().count;
        is_new = false;
      }
    }
    tell_parts();
  }

  void tell_parts() {
    if (!how_.group.empty())
      note("{} by \"{}\"", count_text(std::ssize(series_->groups), "series", "series"), how_.group);
    if (same_times_ > 0)
      note("{} the time of the row before in \"{}\"", count_text(same_times_, "row has", "rows have"), how_.time);
    if (gaps_ > 0)
      note("{} of more than {} times the median in \"{}\", which no window crosses (data.gaps)",
           count_text(gaps_, "step", "steps"), kGap, how_.time);
    if (lacking_ > 0)
      note("{} no value and {} in no window", count_text(lacking_, "row has", "rows have"),
           lacking_ == 1 ? "is" : "are");
    const auto is_short = [&](const StepRange& part) { return part.count < how_.window; };
    const auto some = std::ranges::count_if(series_->parts, is_short);
    if (some == 0 && !series_->parts.empty()) return;
    int64_t rows = 0, longest = 0;
    for (const StepRange& part : series_->parts) {
      rows += is_short(part) ? part.count : 0;
      longest = std::max<int64_t>(longest, part.count);
    }
    if (longest < how_.window)
      fail("{}: data.window = {} is longer than the longest run of rows without a gap, {} of {} rows ({}, {}){}",
           series_->steps.name, how_.window, longest, series_->rows.size(),
           count_text(std::ssize(series_->groups), "series", "series"), count_text(gaps_, "gap", "gaps"),
           gaps_ > 0 ? "; use a shorter window, or data.gaps = \"ignore\"" : "; use a shorter window");
    note("{} rows in {} shorter than a window of {} are in no window", rows, count_text(some, "run", "runs"),
         how_.window);
  }

  std::span<const float> values_of_steps() const {
    const Dataset& steps = series_->steps;
    const auto count = static_cast<size_t>(steps.rows() * steps.sample.size());
    return steps.with_rows([&]<class Rows>(const Rows& all) -> std::span<const float> {
      if constexpr (std::is_same_v<Rows, PlainRows<float>>) return {all.first, count};
      return {};
    });
  }

  Dataset windows() {
    Dataset& steps = series_->steps;
    const auto columns = static_cast<size_t>(steps.sample.size());
    Windows values{series_, values_of_steps(), columns, columns * static_cast<size_t>(how_.window), {}};
    const auto window = static_cast<uint32_t>(how_.window);
    const uint64_t stride = std::max<int64_t>(1, how_.stride);
    for (const StepRange& part : series_->parts) {
      if (part.count < window) continue;
      const uint32_t last = part.end() - window;
      for (uint64_t first = part.first; first < last; first += stride)
        values.first.push_back(static_cast<uint32_t>(first));
      values.first.push_back(last);
    }
    series_->window = how_.window;
    Dataset data{steps.name, {static_cast<int64_t>(values.width)}, {}, {}, {}, steps.classes};
    data.notes = std::exchange(steps.notes, {});
    data.notes.insert(data.notes.end(), notes_.begin(), notes_.end());
    for (int64_t t = 0; t < how_.window && !steps.columns.empty(); ++t)
      for (size_t k = 0; k < columns; ++k) data.columns.push_back(fmt::format("{}[{}]", steps.columns[k], t));
    data.values = std::move(values);
    return data;
  }

  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    const std::string& name = rows_.name.empty() ? series_->steps.name : rows_.name;
    notes_.push_back(name + ": " + fmt::format(text, std::forward<Args>(args)...));
  }

  const SeriesOptions& how_;
  MissingValues missing_;
  Dataset rows_;
  std::shared_ptr<TimeSeries> series_;
  std::vector<std::string> times_ = {}, groups_ = {};  ///< texts of each row
  std::vector<double> time_ = {};                      ///< of each row
  std::vector<std::string> notes_ = {};
  int64_t gaps_ = 0, same_times_ = 0, lacking_ = 0;
};

const Windows& windows_of(const Dataset& data) {
  HOURGLASS_CHECK(series_of(data));
  return std::get<Windows>(data.values);
}

/// The covered steps of a group, ascending.
std::span<const uint32_t> steps_of(const std::vector<uint32_t>& covered, const StepRange& group) {
  const auto first = std::ranges::lower_bound(covered, group.first),
             end = std::ranges::lower_bound(covered, group.end());
  return {first, end};
}

/// Indices of the windows of each group.
std::vector<std::vector<uint32_t>> rows_by_group(const Windows& windows) {
  const std::vector<StepRange>& groups = windows.series->groups;
  std::vector<std::vector<uint32_t>> rows(groups.size());
  for (uint32_t row = 0; row < windows.first.size(); ++row) {
    const auto behind = std::ranges::upper_bound(groups, windows.first[row], {}, &StepRange::first);
    rows[static_cast<size_t>(behind - groups.begin()) - 1].push_back(row);
  }
  return rows;
}

/// Windows in `rows` go to the side on which all their steps are.
void divide(const Windows& windows, std::span<const uint32_t> rows, uint32_t boundary, uint32_t window, Split& split) {
  std::vector<uint32_t> before, behind;
  for (const uint32_t row : rows) {
    if (windows.first[row] >= boundary) behind.push_back(row);
    if (windows.first[row] + window <= boundary) before.push_back(row);
  }
  const std::span<const uint32_t> train = behind.empty() ? rows : std::span<const uint32_t>(before);
  split.train.insert(split.train.end(), train.begin(), train.end());
  split.held_out.insert(split.held_out.end(), behind.begin(), behind.end());
}

}  // namespace

Dataset make_windows(Dataset rows, const SeriesOptions& how, MissingValues missing) {
  return SeriesMaker(std::move(rows), how, missing).make();
}

const TimeSeries* series_of(const Dataset& data) {
  const auto* windows = std::get_if<Windows>(&data.values);
  return windows ? windows->series.get() : nullptr;
}

std::vector<std::string> step_columns(std::span<const std::string> features, int64_t window) {
  std::vector<std::string> columns;
  const auto count = static_cast<int64_t>(features.size()) / window;
  for (const std::string& feature : features.first(static_cast<size_t>(count)))
    columns.push_back(feature.ends_with("[0]") ? feature.substr(0, feature.size() - 3) : feature);
  return columns;
}

std::vector<TextColumn> first_step_texts(const Dataset& data) {
  const Windows& windows = windows_of(data);
  const TimeSeries& series = *windows.series;
  std::vector<TextColumn> texts;
  const auto add = [&](const std::string& name, const std::vector<std::string>& of_steps) {
    if (of_steps.empty()) return;
    auto& cells = texts.emplace_back(TextColumn{name}).cells;
    for (const uint32_t step : windows.first) cells.push_back(of_steps[step]);
  };
  add("time", series.times);
  add("group", series.names);
  for (const TextColumn& column : series.steps.kept) add(column.name, column.cells);
  return texts;
}

std::vector<uint32_t> covered_steps(const Dataset& data, std::span<const uint32_t> rows) {
  const Windows& windows = windows_of(data);
  const auto window = static_cast<size_t>(windows.series->window);
  std::vector<bool> is_covered(windows.series->rows.size());
  for (const uint32_t row : rows) std::fill_n(is_covered.begin() + windows.first[row], window, true);
  std::vector<uint32_t> steps;
  for (uint32_t step = 0; step < is_covered.size(); ++step)
    if (is_covered[step]) steps.push_back(step);
  return steps;
}

Split split_windows(const Dataset& data, double fraction, HeldOutFor purpose) {
  const Windows& windows = windows_of(data);
  const TimeSeries& series = *windows.series;
  std::vector<uint32_t> all(windows.first.size());
  std::iota(all.begin(), all.end(), 0u);
  Split split;
  if (fraction == 0) {
    split.train = std::move(all);
    return split;
  }
  const std::vector<uint32_t> covered = covered_steps(data, all);
  const auto rows_of_group = rows_by_group(windows);
  size_t most_held_out = 0;
  for (size_t g = 0; g < series.groups.size(); ++g) {
    const StepRange& group = series.groups[g];
    const auto steps = steps_of(covered, group);
    if (steps.empty()) continue;
    const auto held_out = static_cast<size_t>(std::llround(fraction * static_cast<double>(steps.size())));
    most_held_out = std::max(most_held_out, held_out);
    const uint32_t boundary = held_out == 0 ? group.end() : steps[steps.size() - held_out];
    divide(windows, rows_of_group[g], boundary, static_cast<uint32_t>(series.window), split);
  }
  const char* key = purpose == HeldOutFor::test ? "test" : "validation";
  if (split.held_out.empty())
    fail(
        "{}: data.{} = {} holds out at most {} time steps of a series, and no window of {} fits into them; use a "
        "larger fraction, a shorter window or more rows",
        data.name, key, fraction, most_held_out, series.window);
  if (split.train.empty())
    fail("{}: data.{} = {} leaves no window of {} time steps for training", data.name, key, fraction, series.window);
  std::ranges::sort(split.train);
  std::ranges::sort(split.held_out);
  return split;
}

}  // namespace hourglass
