#include "hourglass/tensor/live_columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace hourglass {

namespace {

constexpr int64_t kMultiple = 16;
constexpr int64_t kGap = 4;  // fewer dead columns between two live ones are kept

/// marks assigned: the bits of each column's elements together, but for the sign: −0 is zero too.
template <class T, class Bits>
void mark(const T* x, int64_t rows, std::vector<uint64_t>& marks) {
  constexpr int64_t kBlock = 64;  // columns at a time: their bits stay in registers
  const auto columns = static_cast<int64_t>(marks.size());
  for (int64_t first = 0; first < columns; first += kBlock) {
    const int64_t count = std::min(kBlock, columns - first);
    std::array<Bits, kBlock> bits{};
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < count; ++j) bits[j] |= std::bit_cast<Bits>(x[i * columns + first + j]);
    for (int64_t j = 0; j < count; ++j) marks[first + j] = static_cast<Bits>(bits[j] << 1);
  }
}

}  // namespace

void LiveColumns::find(ConstView x) {
  marks_.resize(static_cast<size_t>(x.columns()));
  x.dtype() == DType::f32 ? mark<float, uint32_t>(x.as<float>(), x.rows(), marks_)
                          : mark<double, uint64_t>(x.as<double>(), x.rows(), marks_);
  int64_t last = -1;
  for (int64_t j = 0; j < x.columns(); ++j) {
    if (!marks_[j]) continue;
    if (last >= 0 && j - last <= kGap) std::fill(marks_.begin() + last, marks_.begin() + j, 1);
    last = j;
  }
  count_ = x.columns() - std::count(marks_.begin(), marks_.end(), 0u);
  // No product has 0 columns.
  for (int64_t j = 0; j < x.columns() && (count_ == 0 || count_ % kMultiple); ++j)
    if (!marks_[j]) {
      marks_[j] = 1;
      ++count_;
    }
  make_runs();
}

void LiveColumns::make_runs() {
  runs_.clear();
  const auto columns = static_cast<int64_t>(marks_.size());
  for (int64_t j = 0; j < columns; ++j) {
    if (!marks_[j]) continue;
    if (j == 0 || !marks_[j - 1]) runs_.push_back({j, 0});
    ++runs_.back().count;
  }
}

/// Calls f(row of wide at a run's first column, row of packed there, the run's length), both as elements' indices.
template <class F>
void LiveColumns::for_each_run(ConstView wide, ConstView packed, F f) const {
  const auto columns = static_cast<int64_t>(marks_.size());
  HOURGLASS_CHECK(wide.columns() == columns && packed.columns() == count_ && wide.rows() == packed.rows());
  int64_t at = 0;
  for (int64_t i = 0; i < wide.rows(); ++i)
    for (const Run& run : runs_) {
      f(i * columns + run.first, at, run.count);
      at += run.count;
    }
}

void LiveColumns::pack(ConstView x, View packed) const {
  const int64_t size = size_of(x.dtype());
  for_each_run(x, packed, [&](int64_t wide, int64_t narrow, int64_t count) {
    std::memcpy(packed.bytes() + narrow * size, x.bytes() + wide * size, static_cast<size_t>(count * size));
  });
}

void LiveColumns::add_packed(ConstView packed, View y) const {
  const auto add = [&](const auto* from, auto* to) {
    for_each_run(y, packed, [&](int64_t wide, int64_t narrow, int64_t count) {
      for (int64_t j = 0; j < count; ++j) to[wide + j] += from[narrow + j];
    });
  };
  y.dtype() == DType::f32 ? add(packed.as<float>(), y.as<float>()) : add(packed.as<double>(), y.as<double>());
}

InputRows ColumnPacker::operator()(ConstView x) {
  constexpr int64_t kFewest = 16;  // rows: a product with fewer is over before the weights are packed
  if (x.rows() < kFewest) return x;
  columns_.find(x);
  if (!columns_.is_worthwhile()) return x;
  const View packed = memory_.view().part(0, {x.rows(), columns_.count()});
  columns_.pack(x, packed);
  return {x, columns_, packed};
}

}  // namespace hourglass
