#include "hourglass/base/parallel.h"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <string>

namespace hourglass {

namespace {

/// CPUs granted by the cgroup (v2, then v1), rounded up; a large number when there is no quota.
int cgroup_quota() {
  std::string quota;
  double period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2 >> quota >> period && quota != "max" && period > 0)
    return std::max(1, static_cast<int>(std::ceil(std::stod(quota) / period)));
  double micros = -1;
  std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  std::ifstream v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  if (v1_quota >> micros && v1_period >> period && micros > 0 && period > 0)
    return std::max(1, static_cast<int>(std::ceil(micros / period)));
  return 1 << 20;
}

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int affinity = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return std::max(1, std::min(affinity, cgroup_quota()));
}

void parallel_for(int64_t tasks, int threads, TaskRef task) {
  threads = static_cast<int>(std::clamp<int64_t>(tasks, 1, std::max(threads, 1)));
  std::exception_ptr error;
#pragma omp parallel num_threads(threads)
  {
    // Whatever the size of the team, so that libraries called here choose the same code; only inside the team.
    omp_set_num_threads(1);
#pragma omp for schedule(static)
    for (int64_t i = 0; i < tasks; ++i) {
      try {
        task(i);
      } catch (...) {
#pragma omp critical
        if (!error) error = std::current_exception();
      }
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace hourglass
