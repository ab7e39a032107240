#pragma once

#include <cstdint>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// The columns of a matrix that are not zero in every row: of 150 images of MNIST a third of the pixels are. Products
/// with the matrix need nothing else.
class LiveColumns {
 public:
  /// Looks at x (rows, columns). Keeps some zero columns too where that makes runs longer, and a multiple of 16 columns
  /// in all, so that few sizes occur. Allocates nothing once it has seen so many columns.
  void find(ConstView x);

  int64_t count() const { return count_; }
  /// Leaving the others out saves more than packing costs.
  bool is_worthwhile() const { return 8 * count_ <= 7 * static_cast<int64_t>(marks_.size()); }

  /// packed (rows, count) assigned: the live columns of x, side by side.
  void pack(ConstView x, View packed) const;
  /// The live columns of y += packed (rows, count).
  void add_packed(ConstView packed, View y) const;

 private:
  struct Run {
    int64_t first, count;
  };
  void make_runs();
  template <class F>
  void for_each_run(ConstView wide, ConstView packed, F f) const;

  std::vector<uint64_t> marks_;  ///< per column: not zero if live
  std::vector<Run> runs_;
  int64_t count_ = 0;
};

/// Some rows, and the same without their dead columns where leaving those out is worthwhile.
struct InputRows : ConstView {
  InputRows(ConstView all) : ConstView(all) {}
  InputRows(View all) : ConstView(all) {}
  InputRows(const Tensor& all) : ConstView(all) {}
  InputRows(ConstView all, const LiveColumns& columns, ConstView packed_rows)
      : ConstView(all), live(&columns), packed(packed_rows) {}

  const LiveColumns* live = nullptr;
  ConstView packed;  ///< (rows, live->count())
};

/// The memory for packing up to `capacity` rows at a time.
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
