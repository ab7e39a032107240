#include "hourglass/data/dataset.h"

#include "hourglass/data/known.h"

namespace hourglass {

int64_t Dataset::rows() const {
  const size_t count = std::visit([](const auto& v) { return v.size(); }, values);
  return static_cast<int64_t>(count) / sample.size();
}

Dataset Dataset::slice(int64_t first, int64_t count) const {
  HOURGLASS_CHECK(first >= 0 && count >= 0 && first + count <= rows());
  Dataset part{name, sample, {}, {}, columns};
  const int64_t width = sample.size();
  std::visit(
      [&](const auto& v) {
        part.values = std::decay_t<decltype(v)>(v.begin() + first * width, v.begin() + (first + count) * width);
      },
      values);
  if (!labels.empty()) part.labels.assign(labels.begin() + first, labels.begin() + first + count);
  return part;
}

std::string Dataset::sha256() const {
  return std::visit(
      [](const auto& v) {
        return sha256_hex({reinterpret_cast<const char*>(v.data()), v.size() * sizeof v[0]});
      },
      values);
}

std::optional<int64_t> checked_size(const Shape& shape) {
  int64_t n = 1;
  for (int64_t extent : shape) {
    if (__builtin_mul_overflow(n, extent, &n)) return std::nullopt;
  }
  return n;
}

}  // namespace hourglass
