#pragma once

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// to assigned from; both have the same type and the same number of elements.
void copy(ConstView from, View to);

/// All elements assigned `value`.
void fill(double value, View v);

/// All elements assigned 0.
void clear(View v);

}  // namespace hourglass
