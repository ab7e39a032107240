#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/tensor/ops.h"

namespace hourglass {

/// The live columns of a matrix: those with an element that is not zero. The others, dead ones, contribute nothing to
/// products with the matrix; of 150 images of MNIST a third of the pixels are dead.
class LiveColumns {
 public:
  /// Finds the live columns of x (rows, columns). Short gaps between them count as live too, and so do as many dead
  /// columns as make count() a multiple of 16, so that products have few different sizes. Allocates nothing when x has
  /// no more columns than an earlier one.
  void find(ConstView x);

  int64_t count() const { return count_; }
  /// Whether leaving out the dead columns saves more time than packing takes.
  bool is_worthwhile() const { return 8 * count_ <= 7 * static_cast<int64_t>(marks_.size()); }

  /// packed (rows, count) assigned = the live columns of x, side by side.
  void pack(ConstView x, View packed) const;
  /// The live columns of y += packed (rows, count).
  void add_packed(ConstView packed, View y) const;

 private:
  void make_ranges();
  void check(ConstView wide, ConstView packed) const;

  std::vector<uint64_t> marks_;  ///< per column: not zero if live
  std::vector<ops::ColumnRange> ranges_;
  int64_t count_ = 0;
};

/// The input of a layer, and, where that is worthwhile, the same rows without their dead columns.
struct InputRows : ConstView {
  InputRows(ConstView all) : ConstView(all) {}
  InputRows(View all) : ConstView(all) {}
  InputRows(const Tensor& all) : ConstView(all) {}
  InputRows(ConstView all, const LiveColumns& columns, ConstView packed_rows)
      : ConstView(all), live(&columns), packed(packed_rows) {}

  const LiveColumns* live = nullptr;
  ConstView packed;  ///< (rows, live->count())
};

/// Memory for packing up to `capacity` rows.
class ColumnPacker {
 public:
  ColumnPacker(DType dtype, int64_t capacity, int64_t columns) : memory_(dtype, {capacity, columns}) {}

  /// x, and its packed rows if worthwhile. Valid until the next call.
  InputRows operator()(ConstView x);

 private:
  LiveColumns columns_;
  Tensor memory_;
};

}  // namespace hourglass
