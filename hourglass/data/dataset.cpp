#include "hourglass/data/dataset.h"

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

template <class Numbers>
std::string_view bytes_of(const Numbers& all) {
  return {reinterpret_cast<const char*>(all.data()), all.size() * sizeof(all[0])};
}

std::string_view bytes_of(const StoredArray& all) { return all.bytes(); }

}  // namespace

int64_t Dataset::rows() const {
  const size_t count = std::visit([](const auto& v) { return v.size(); }, values);
  return static_cast<int64_t>(count) / sample.size();
}

bool Dataset::is_bytes() const {
  const auto* stored = std::get_if<StoredArray>(&values);
  return stored ? stored->is_bytes()
                : std::holds_alternative<std::vector<uint8_t>>(values) ||
                      std::holds_alternative<std::span<const uint8_t>>(values);
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
  return part;
}

Dataset Dataset::select(std::span<const uint32_t> rows) const {
  Dataset part{name, sample, {}, {}, columns, classes};
  with_rows([&](const auto& all) {
    auto& some = part.values.emplace<std::vector<typename std::remove_cvref_t<decltype(all)>::Number>>();
    some.reserve(rows.size() * all.width);
    all.for_each(rows, [&](const auto* x) { some.insert(some.end(), x, x + all.width); });
  });
  if (!labels.empty())
    for (const uint32_t row : rows) part.labels.push_back(labels[row]);
  return part;
}

std::string Dataset::sha256() const {
  return std::visit([](const auto& v) { return sha256_hex(bytes_of(v)); }, values);
}

Shape sample_of(const Shape& array) {
  Shape sample;
  if (array.rank() == 3) sample.push_back(1);
  for (int axis = 1; axis < array.rank(); ++axis) sample.push_back(array[axis]);
  return sample;
}

std::optional<int64_t> checked_size(const Shape& shape) {
  int64_t n = 1;
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(n, extent, &n)) return std::nullopt;
  }
  return n;
}

}  // namespace hourglass
