#pragma once

#include <cstdint>

namespace hourglass {

/// Number of available cores: the smaller of the affinity mask and the cgroup quota, at least 1.
int available_threads();

/// `requested`, or available_threads() if it is 0.
inline int thread_count(int requested) { return requested > 0 ? requested : available_threads(); }

/// Non-owning reference to a callable; passing a loop body does not allocate.
class TaskRef {
 public:
  template <class F>
  TaskRef(F& f) : object_(&f), call_([](void* o, int64_t i) { (*static_cast<F*>(o))(i); }) {}
  void operator()(int64_t i) const { call_(object_, i); }

 private:
  void* object_;
  void (*call_)(void*, int64_t);
};

/// Runs task(0 … tasks − 1) on up to `threads` threads, including the calling thread. Each thread starts with the same
/// share of the tasks in every call, which keeps their data in its cache, and then takes tasks that other threads have
/// not started; a thread that the operating system has preempted therefore delays at most one task. Tasks compute with
/// 0 in place of subnormal numbers. Rethrows the first exception after all tasks have ended. If called from within a
/// task, or while another loop runs, all tasks run on the calling thread.
void parallel_for(int64_t tasks, int threads, TaskRef task);

}  // namespace hourglass
