#pragma once

#include "hourglass/tensor/backend.h"

namespace hourglass::ops {

/// The common part of the host backends: memory, and operations that are one loop for both element types.
class HostBackend : public Backend {
 public:
  std::byte* allocate(size_t bytes) const override;
  void deallocate(std::byte* memory) const override;
  void copy(ConstView from, View to) const override;
  void fill(double value, View v) const override;
  std::byte* map(ConstView v) const override;
  void unmap(ConstView, std::byte*, bool) const override {}
  int64_t preferred_micro_batch_rows(bool kept) const override { return kept ? 160 : 80; }
  void mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) const override;
  void pack_columns(ConstView x, std::span<const ColumnRange> ranges, View packed) const override;
  void add_packed_columns(ConstView packed, std::span<const ColumnRange> ranges, View y) const override;

 protected:
  ~HostBackend() = default;
  static std::span<double> doubles(View v) { return {v.as<double>(), static_cast<size_t>(v.size())}; }
};

}  // namespace hourglass::ops
