#pragma once

#include <cstdint>

namespace hourglass {

/// Threads that are really there: affinity mask and cgroup quota, whichever is smaller. At least 1.
int available_threads();

/// A non-owning reference to a callable: no allocation when a loop body is passed.
class TaskRef {
 public:
  template <class F>
  TaskRef(F& f) : object_(&f), call_([](void* o, int64_t i) { (*static_cast<F*>(o))(i); }) {}
  void operator()(int64_t i) const { call_(object_, i); }

 private:
  void* object_;
  void (*call_)(void*, int64_t);
};

/// Runs task(0 … tasks − 1) on up to `threads` threads, the caller's own among them. Each thread starts with the same
/// share of the tasks every time, which keeps their data in its cache, and then takes over what others have not
/// started, so a thread that the system has put aside holds up one task at most. The first exception a task throws is
/// rethrown after all have ended. Called from within a task, or while another caller's loop runs, it runs everything on
/// its own thread.
void parallel_for(int64_t tasks, int threads, TaskRef task);

}  // namespace hourglass
