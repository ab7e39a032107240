#pragma once

#include "hourglass/tensor/activation.h"
#include "hourglass/tensor/tensor.h"

/// activate, activate_backward and activation_derivatives (ops.h) for the activation topk.
namespace hourglass::ops::cpu {

void topk(Activation s, ConstView z, View a);
void topk_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z);
void topk_derivatives(Activation s, ConstView z, ConstView a, View first, View second);

}  // namespace hourglass::ops::cpu
