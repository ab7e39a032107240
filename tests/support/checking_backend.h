#pragma once

#include <cstddef>
#include <map>
#include <span>

#include "hourglass/tensor/backend.h"

namespace hourglass {

/// Memory that nothing outside an Access can read or write: anything else that touches it ends the process. New memory
/// holds NaN in either type. For one thread.
class GuardedMemory {
 public:
  GuardedMemory();
  ~GuardedMemory();
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  std::byte* allocate(size_t bytes);
  void deallocate(std::byte* memory) { allocations_.erase(memory); }
  /// The view lies within one allocation that is not freed yet.
  bool contains(const ConstView& v) const;
  void open();
  void close();

  class Access {
   public:
    explicit Access(GuardedMemory& memory) : memory_(memory) { memory_.open(); }
    ~Access() { memory_.close(); }
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

   private:
    GuardedMemory& memory_;
  };

 private:
  std::byte* start_;
  size_t used_ = 0;
  int open_ = 0;
  std::map<const std::byte*, size_t> allocations_;
};

/// A backend that lets another one compute, in guarded memory. It counts the operations, and a view that it did not
/// allocate fails the test.
class CheckingBackend final : public ops::Backend {
 public:
  CheckingBackend(const ops::Backend& computing, GuardedMemory& memory) : computing_(computing), memory_(memory) {}

  std::byte* allocate(size_t bytes) const override { return memory_.allocate(bytes); }
  void deallocate(std::byte* memory) const override { memory_.deallocate(memory); }
  void copy(ConstView from, View to) const override;
  void fill(double value, View v) const override;
  std::byte* map(ConstView v) const override;
  void unmap(ConstView v, std::byte* mapped, bool changed) const override;
  int64_t preferred_micro_batch_rows(bool kept) const override { return computing_.preferred_micro_batch_rows(kept); }
  void mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) const override;
  void pack_columns(ConstView x, std::span<const ops::ColumnRange> ranges, View packed) const override;
  void add_packed_columns(ConstView packed, std::span<const ops::ColumnRange> ranges, View y) const override;

  using MatmulShape = ops::MatmulShape;
  using ConvGeometry = ops::ConvGeometry;
  using ColumnAffine = ops::ColumnAffine;
  using GroupLayout = ops::GroupLayout;
  using AdamStep = ops::AdamStep;
  using RmspropStep = ops::RmspropStep;
  using SgdStep = ops::SgdStep;
#define HOURGLASS_OPERATION(name, parameters) void name parameters const override;
#include "hourglass/tensor/backend.inc"
#undef HOURGLASS_OPERATION

  /// Operations so far.
  int64_t calls() const { return calls_; }

 private:
  template <class... Parameters, class... Arguments>
  void run(void (ops::Backend::*operation)(Parameters...) const, const Arguments&... arguments) const;

  const ops::Backend& computing_;
  GuardedMemory& memory_;
  mutable int64_t calls_ = 0;
};

/// Has both element types computed through checking backends while it lives. Tensors made meanwhile must not outlive
/// it.
class CheckedDevice {
 public:
  CheckedDevice();
  ~CheckedDevice();
  CheckedDevice(const CheckedDevice&) = delete;
  CheckedDevice& operator=(const CheckedDevice&) = delete;

  int64_t calls() const { return f32_.calls() + f64_.calls(); }

 private:
  const ops::Backend &host_f32_, &host_f64_;
  GuardedMemory memory_;
  CheckingBackend f32_, f64_;
};

}  // namespace hourglass
