#include "hourglass/tensor/live_columns.h"

#include <algorithm>

namespace hourglass {

namespace {

constexpr int64_t kMultiple = 16;
constexpr int64_t kGap = 4;  // columns from a live one to the next: those between count as live up to this distance

}  // namespace

void LiveColumns::find(ConstView x) {
  marks_.resize(static_cast<size_t>(x.columns()));
  ops::mark_nonzero_columns(x, marks_);
  int64_t last = -1;
  for (int64_t j = 0; j < x.columns(); ++j) {
    if (!marks_[j]) continue;
    if (last >= 0 && j - last <= kGap) std::fill(marks_.begin() + last, marks_.begin() + j, 1);
    last = j;
  }
  count_ = x.columns() - std::count(marks_.begin(), marks_.end(), 0u);
  // No matrix product has 0 columns.
  for (int64_t j = 0; j < x.columns() && (count_ == 0 || count_ % kMultiple); ++j)
    if (!marks_[j]) {
      marks_[j] = 1;
      ++count_;
    }
  make_ranges();
}

void LiveColumns::make_ranges() {
  ranges_.clear();
  const auto columns = static_cast<int64_t>(marks_.size());
  for (int64_t j = 0; j < columns; ++j) {
    if (!marks_[j]) continue;
    if (j == 0 || !marks_[j - 1]) ranges_.push_back({j, 0});
    ++ranges_.back().count;
  }
}

void LiveColumns::check(ConstView wide, ConstView packed) const {
  HOURGLASS_CHECK(wide.columns() == static_cast<int64_t>(marks_.size()) && packed.columns() == count_);
}

void LiveColumns::pack(ConstView x, View packed) const {
  check(x, packed);
  ops::pack_columns(x, ranges_, packed);
}

void LiveColumns::add_packed(ConstView packed, View y) const {
  check(y, packed);
  ops::add_packed_columns(packed, ranges_, y);
}

InputRows ColumnPacker::operator()(ConstView x) {
  constexpr int64_t kFewest = 16;  // rows; a product of fewer takes less time than packing the weights
  if (x.rows() < kFewest) return x;
  columns_.find(x);
  if (!columns_.is_worthwhile()) return x;
  const View packed = memory_.view().part(0, {x.rows(), columns_.count()});
  columns_.pack(x, packed);
  return {x, columns_, packed};
}

}  // namespace hourglass
