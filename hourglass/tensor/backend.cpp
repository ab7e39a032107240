#include "hourglass/tensor/backend.h"

#include "hourglass/tensor/cpu/cpu.h"
#include "hourglass/tensor/reference/reference.h"

namespace hourglass::ops {

namespace {
constinit const cpu::CpuBackend cpu_backend{};
constinit const reference::ReferenceBackend reference_backend{};
}  // namespace

constinit const Backend* detail::backends[kDevices][kTypes] = {{&cpu_backend, &reference_backend}};

void set_backend(Device device, DType dtype, const Backend& other) {
  detail::backends[static_cast<int>(device)][static_cast<int>(dtype)] = &other;
}

}  // namespace hourglass::ops
