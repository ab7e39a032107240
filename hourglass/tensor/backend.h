#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hourglass/tensor/ops.h"

namespace hourglass::ops {

/// c (m, n) = or += op(a)·op(b) + bias.
struct MatmulShape {
  int64_t m, n, k;
  bool transpose_a, transpose_b, accumulate, bias;
  int64_t a_stride;  ///< elements from one stored row of a to the next
  friend bool operator==(const MatmulShape&, const MatmulShape&) = default;
};

/// The memory of one device, and the operations of ops.h on it for one element type. Has no state: any number of
/// threads may use it.
class Backend {
 public:
  /// Uninitialised, 64-byte aligned. Throws std::bad_alloc.
  virtual std::byte* allocate(size_t bytes) const = 0;
  virtual void deallocate(std::byte* memory) const = 0;
  /// to assigned from, which may be of another type; f64 → f32 rounds to nearest.
  virtual void copy(ConstView from, View to) const = 0;
  virtual void fill(double value, View v) const = 0;

  /// The elements of v in host memory, until unmap(). On the host this is v's own memory, elsewhere a copy.
  virtual std::byte* map(ConstView v) const = 0;
  /// Ends map(v). `changed`: the host may have written there, and v takes over the elements.
  virtual void unmap(ConstView v, std::byte* mapped, bool changed) const = 0;

  /// Rows of a micro-batch that training runs fastest with. `kept`: the activations of all micro-batches of a batch
  /// stay in memory until the last one has run, so that weight gradients are products over many rows.
  virtual int64_t preferred_micro_batch_rows(bool kept) const = 0;

  virtual void mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) const = 0;
  virtual void pack_columns(ConstView x, std::span<const ColumnRange> ranges, View packed) const = 0;
  virtual void add_packed_columns(ConstView packed, std::span<const ColumnRange> ranges, View y) const = 0;

#define HOURGLASS_OPERATION(name, parameters) virtual void name parameters const = 0;
#include "hourglass/tensor/backend.inc"
#undef HOURGLASS_OPERATION

 protected:
  ~Backend() = default;
};

namespace detail {
constexpr int kDevices = 1, kTypes = 2;
extern const Backend* backends[kDevices][kTypes];
}  // namespace detail

inline const Backend& backend(Device device, DType dtype) {
  return *detail::backends[static_cast<int>(device)][static_cast<int>(dtype)];
}

/// The backend of a view's device and element type.
inline const Backend& backend_of(const ConstView& v) { return backend(v.device(), v.dtype()); }

/// Replaces a backend. For tests: no other thread may use tensors meanwhile. Memory goes back to the backend that
/// allocated it.
void set_backend(Device device, DType dtype, const Backend& other);

}  // namespace hourglass::ops
