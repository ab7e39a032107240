#include "hourglass/data/dataset.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "hourglass/base/hash.h"

namespace hourglass {
namespace {

template <class T>
std::vector<T> part_of(const std::vector<T>& all, size_t first, size_t count) {
  return {all.begin() + static_cast<ptrdiff_t>(first), all.begin() + static_cast<ptrdiff_t>(first + count)};
}

template <class T>
std::span<const T> part_of(std::span<const T> all, size_t first, size_t count) {
  return all.subspan(first, count);
}

StoredArray part_of(const StoredArray& all, size_t first, size_t count) { return all.part(first, count); }

std::string_view bytes_of(const auto& all) {
  return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(all[0])};
}

std::string_view bytes_of(const StoredArray& all) { return all.bytes(); }

std::string bytes_of(const Windows& all) {
  std::string bytes(bytes_of(all.steps));
  return bytes.append(bytes_of(all.first)).append(bytes_of(std::array{uint64_t{all.width}}));
}

Windows part_of(const Windows& all, size_t first, size_t count) {
  return {all.series, all.steps, all.columns, all.width, part_of(all.first, first / all.width, count / all.width)};
}

void check_labelled(const Dataset& data) {
  if (data.labels.empty()) fail("{}: no labels", data.name);
  HOURGLASS_CHECK(static_cast<int64_t>(data.labels.size()) == data.rows());
}

}  // namespace

int64_t Dataset::rows() const {
  const size_t count = std::visit([](const auto& v) { return v.size(); }, values);
  return static_cast<int64_t>(count) / sample.size();
}

bool Dataset::is_bytes() const {
  return with_rows([]<class Rows>(const Rows&) { return std::is_same_v<typename Rows::Number, uint8_t>; });
}

Dataset Dataset::slice(int64_t first, int64_t count) const {
  HOURGLASS_CHECK(first >= 0 && count >= 0 && first + count <= rows());
  Dataset part{name, sample, {}, {}, columns, classes};
  const auto width = static_cast<size_t>(sample.size());
  std::visit(
      [&](const auto& v) {
        part.values = part_of(v, static_cast<size_t>(first) * width, static_cast<size_t>(count) * width);
      },
      values);
  if (!labels.empty()) part.labels.assign(labels.begin() + first, labels.begin() + first + count);
  for (const auto& [column, cells] : kept)
    part.kept.push_back({column, {cells.begin() + first, cells.begin() + first + count}});
  return part;
}

Dataset Dataset::select(std::span<const uint32_t> rows) const {
  Dataset part{name, sample, {}, {}, columns, classes};
  with_rows([&]<class Rows>(const Rows& all) {
    if constexpr (std::is_same_v<Rows, WindowRows>) {
      auto& some = part.values.emplace<Windows>(part_of(all.windows, 0, 0));
      for (const uint32_t row : rows) some.first.push_back(all.windows.first[row]);
      return;
    }
    auto& some = part.values.emplace<std::vector<typename Rows::Number>>();
    some.reserve(rows.size() * all.width);
    all.for_each(rows, [&](const auto* x) { some.insert(some.end(), x, x + all.width); });
  });
  if (!labels.empty())
    for (const uint32_t row : rows) part.labels.push_back(labels[row]);
  for (const auto& [column, cells] : kept) {
    std::vector<std::string>& some = part.kept.emplace_back(TextColumn{column}).cells;
    for (const uint32_t row : rows) some.push_back(cells[row]);
  }
  return part;
}

std::string Dataset::sha256() const {
  return std::visit([](const auto& v) { return sha256_hex(bytes_of(v)); }, values);
}

std::string feature_name(std::span<const std::string> columns, size_t feature) {
  return columns.empty() ? fmt::format("feature {}", feature + 1) : columns[feature];
}

std::vector<int32_t> distinct(std::vector<int32_t> labels) {
  std::ranges::sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

std::vector<int32_t> distinct_labels(const Dataset& train) {
  check_labelled(train);
  std::vector<int32_t> labels = distinct(train.labels);
  if (labels.size() < 2)
    fail("{}: every label is {}; a classifier needs at least two classes", train.name, labels.front());
  return labels;
}

std::vector<int32_t> classes_of(const Dataset& data, const std::vector<int32_t>& labels) {
  check_labelled(data);
  std::vector<int32_t> classes;
  classes.reserve(data.labels.size());
  for (const int32_t label : data.labels) {
    const auto place = std::ranges::lower_bound(labels, label);
    if (place == labels.end() || *place != label)
      fail("{}: row {} has label {}, which no training row has ({})", data.name, classes.size() + 1, label,
           fmt::join(labels, ", "));
    classes.push_back(static_cast<int32_t>(place - labels.begin()));
  }
  return classes;
}

Shape sample_of(const Shape& array) {
  Shape sample;
  if (array.rank() == 3) sample.push_back(1);
  for (int axis = 1; axis < array.rank(); ++axis) sample.push_back(array[axis]);
  return sample;
}

int64_t announced_size(const Shape& shape, const std::string& name) {
  int64_t n = 1;
  for (const int64_t extent : shape)
    if (__builtin_mul_overflow(n, extent, &n))
      fail("{}: header says {}: more than any file can hold", name, shape.text());
  if (n == 0) fail("{}: header says {}: every dimension must be at least 1", name, shape.text());
  return n;
}

}  // namespace hourglass
