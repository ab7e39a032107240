#pragma once

#include "hourglass/tensor/host_backend.h"

namespace hourglass::ops::cpu {

/// f32 on the host: oneDNN for matrix products and convolutions, Highway loops for the rest.
class CpuBackend final : public HostBackend {
 public:
#define HOURGLASS_OPERATION(name, parameters) void name parameters const override;
#include "hourglass/tensor/backend.inc"
#undef HOURGLASS_OPERATION
};

}  // namespace hourglass::ops::cpu
