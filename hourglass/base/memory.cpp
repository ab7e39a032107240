#include "hourglass/base/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace hourglass {

namespace {

/// The limit of the cgroup (v2, then v1); a large number if there is none, as v2 writes "max".
int64_t cgroup_memory() {
  for (const char* file : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    int64_t bytes = 0;
    if (std::ifstream in(file); in >> bytes && bytes > 0) return bytes;
  }
  return std::numeric_limits<int64_t>::max();
}

}  // namespace

int64_t available_memory() {
  const int64_t physical = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return std::min(physical, cgroup_memory());
}

}  // namespace hourglass
