#pragma once

#include "hourglass/tensor/host_backend.h"

namespace hourglass::ops::reference {

/// f64 on the host, as naive loops: the oracle of the fast backend in tests, and what gradient checks run on.
class ReferenceBackend final : public HostBackend {
 public:
#define HOURGLASS_OPERATION(name, parameters) void name parameters const override;
#include "hourglass/tensor/backend.inc"
#undef HOURGLASS_OPERATION
};

}  // namespace hourglass::ops::reference
