#pragma once

#include <cstdint>

namespace hourglass {

/// Bytes of memory that this process may use: the physical memory, or the limit of its cgroup if that is smaller.
int64_t available_memory();

}  // namespace hourglass
