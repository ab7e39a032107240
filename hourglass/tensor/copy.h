#pragma once

#include <cstring>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// to assigned from; both have the same type and the same number of elements.
inline void copy(ConstView from, View to) {
  HOURGLASS_CHECK(from.dtype() == to.dtype() && from.size() == to.size());
  std::memcpy(to.bytes(), from.bytes(), static_cast<size_t>(from.size() * size_of(from.dtype())));
}

/// All elements 0.
inline void clear(View v) { std::memset(v.bytes(), 0, static_cast<size_t>(v.size() * size_of(v.dtype()))); }

}  // namespace hourglass
