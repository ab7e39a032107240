#include "hourglass/tensor/host_backend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <type_traits>

#include "hourglass/tensor/visit.h"

namespace hourglass::ops {

namespace {

/// f(element of wide at which a range begins, element of packed, length) for every range of every row.
template <class F>
void for_each_range(ConstView wide, std::span<const ColumnRange> ranges, F f) {
  const int64_t columns = wide.columns();
  int64_t at = 0;
  for (int64_t i = 0; i < wide.rows(); ++i)
    for (const ColumnRange& range : ranges) {
      f(i * columns + range.first, at, range.count);
      at += range.count;
    }
}

}  // namespace

// Aligned by hand: the aligned allocations of glibc before 2.38 do not reuse the memory that was freed, so that a
// program that makes the same tensors again and again grows. The byte before the first holds the distance to the real
// start.
std::byte* HostBackend::allocate(size_t bytes) const {
  constexpr size_t kAlignment = 64;
  auto* raw = static_cast<std::byte*>(::operator new(bytes + kAlignment));
  const size_t moved = kAlignment - reinterpret_cast<uintptr_t>(raw) % kAlignment;
  raw[moved - 1] = static_cast<std::byte>(moved);
  return raw + moved;
}

void HostBackend::deallocate(std::byte* memory) const { ::operator delete(memory - static_cast<size_t>(memory[-1])); }

void HostBackend::copy(ConstView from, View to) const {
  if (from.dtype() == to.dtype()) {
    std::memcpy(to.bytes(), from.bytes(), static_cast<size_t>(from.size() * size_of(from.dtype())));
    return;
  }
  visit_floats(from, [&](auto x) {
    visit_floats(to, [&](auto y) {
      using T = typename decltype(y)::value_type;
      std::ranges::transform(x, y.begin(), [](auto value) { return static_cast<T>(value); });
    });
  });
}

void HostBackend::fill(double value, View v) const {
  if (value == 0 && !std::signbit(value)) {
    std::memset(v.bytes(), 0, static_cast<size_t>(v.size() * size_of(v.dtype())));
    return;
  }
  visit_floats(v, [&](auto x) { std::ranges::fill(x, static_cast<typename decltype(x)::value_type>(value)); });
}

std::byte* HostBackend::map(ConstView v) const { return const_cast<std::byte*>(v.bytes()); }

/// marks[j] assigned the bits of column j's elements combined by OR, without the sign: −0 is zero too.
void HostBackend::mark_nonzero_columns(ConstView x, std::span<uint64_t> marks) const {
  visit_floats(x, [&](auto elements) {
    using Bits = std::conditional_t<sizeof elements[0] == 4, uint32_t, uint64_t>;
    constexpr int64_t kBlock = 64;  // columns at a time: their bits stay in registers
    const auto* p = elements.data();
    const auto columns = static_cast<int64_t>(marks.size());
    for (int64_t first = 0; first < columns; first += kBlock) {
      const int64_t count = std::min(kBlock, columns - first);
      std::array<Bits, kBlock> bits{};
      for (int64_t i = 0; i < x.rows(); ++i)
        for (int64_t j = 0; j < count; ++j) bits[j] |= std::bit_cast<Bits>(p[i * columns + first + j]);
      for (int64_t j = 0; j < count; ++j) marks[first + j] = static_cast<Bits>(bits[j] << 1);
    }
  });
}

void HostBackend::pack_columns(ConstView x, std::span<const ColumnRange> ranges, View packed) const {
  const int64_t size = size_of(x.dtype());
  for_each_range(x, ranges, [&](int64_t wide, int64_t narrow, int64_t count) {
    std::memcpy(packed.bytes() + narrow * size, x.bytes() + wide * size, static_cast<size_t>(count * size));
  });
}

void HostBackend::add_packed_columns(ConstView packed, std::span<const ColumnRange> ranges, View y) const {
  visit_floats(packed, y, [&](auto from, auto to) {
    for_each_range(y, ranges, [&](int64_t wide, int64_t narrow, int64_t count) {
      for (int64_t j = 0; j < count; ++j) to[wide + j] += from[narrow + j];
    });
  });
}

}  // namespace hourglass::ops
