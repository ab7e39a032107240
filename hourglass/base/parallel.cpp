#include "hourglass/base/parallel.h"

#include <omp.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hourglass {

namespace {

/// CPUs granted by the cgroup (v2, then v1), rounded up; a large number if there is no quota.
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

thread_local bool inside_task = false;

/// Makes a thread compute with 0 in place of subnormal numbers, below 1.2e-38 in single precision: processors take up
/// to a hundred times as long for each of them.
class SubnormalsAreZero {
 public:
  SubnormalsAreZero() : before_(mode()) { set_mode(before_ | kFlush); }
  ~SubnormalsAreZero() { set_mode(before_); }
  SubnormalsAreZero(const SubnormalsAreZero&) = delete;

 private:
#if defined(__x86_64__)
  static constexpr uint64_t kFlush = 0x8040;  // results (FTZ) and operands (DAZ)
  static uint64_t mode() { return __builtin_ia32_stmxcsr(); }
  static void set_mode(uint64_t mode) { __builtin_ia32_ldmxcsr(static_cast<unsigned>(mode)); }
#elif defined(__aarch64__)
  static constexpr uint64_t kFlush = uint64_t{1} << 24;  // FZ
  static uint64_t mode() {
    uint64_t mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void set_mode(uint64_t mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }
#else
  static constexpr uint64_t kFlush = 0;
  static uint64_t mode() { return 0; }
  static void set_mode(uint64_t) {}
#endif

  uint64_t before_;
};

/// What tasks run with on every thread. Libraries called from a task see one OpenMP thread, so that they choose the
/// same code and the same order of sums.
class TaskSettings {
 public:
  TaskSettings() : before_(omp_get_max_threads()) {
    omp_set_num_threads(1);
    inside_task = true;
  }
  ~TaskSettings() {
    omp_set_num_threads(before_);
    inside_task = false;
  }
  TaskSettings(const TaskSettings&) = delete;

 private:
  int before_;
  SubnormalsAreZero subnormals_;
};

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Waits until `value` differs from `old`: spins for some microseconds, then sleeps.
void wait_for_change(const auto& value, auto old) {
  constexpr int kSpins = 5000;
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  value.wait(old, std::memory_order_acquire);
}

constexpr int kMostThreads = 256;

/// Thread pool that runs one loop at a time. Each thread has its own range of tasks, the same in every loop, so that it
/// finds its data in its cache; when it has finished them, it helps other threads. A task is claimed by advancing the
/// ticket of its range, (generation, next task). A thread that wakes late finds another generation or no task left, and
/// no thread waits for it.
class Pool {
 public:
  Pool() {
    pthread_atfork(nullptr, nullptr, [] { is_forked = true; });
  }
  ~Pool() {
    leave_parents_threads();
    stopping_ = true;
    close();
    announce();
    // A library may end the program from within a task.
    for (auto& worker : workers_) worker.get_id() == std::this_thread::get_id() ? worker.detach() : worker.join();
  }

  void run(int64_t tasks, int threads, TaskRef task) {
    leave_parents_threads();
    close();  // no thread may claim a task while the job is being replaced
    grow(threads);
    task_.store(&task, std::memory_order_relaxed);
    participants_.store(threads, std::memory_order_relaxed);
    left_.store(static_cast<uint32_t>(tasks), std::memory_order_relaxed);
    error_ = nullptr;
    ++generation_;
    for (int r = 0; r < threads; ++r) {
      ranges_[r].end.store(static_cast<uint32_t>(tasks * (r + 1) / threads), std::memory_order_release);
      publish(ranges_[r], static_cast<uint32_t>(tasks * r / threads));
    }
    announce();
    take_tasks(0);
    for (uint32_t left; (left = left_.load(std::memory_order_acquire)) != 0;) wait_for_change(left_, left);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;  // a ticket with nothing to take

  struct alignas(64) Range {
    std::atomic<uint64_t> ticket{kNone};
    std::atomic<uint32_t> end{0};
  };

  /// A forked process has this object but none of its threads, which it can neither use nor join; Python forks.
  void leave_parents_threads() {
    if (!is_forked) return;
    new std::vector<std::thread>(std::move(workers_));
    workers_.clear();
    is_forked = false;
  }

  /// If the operating system refuses to start threads, the existing ones run all tasks.
  void grow(int threads) {
    try {
      while (static_cast<int>(workers_.size()) < std::min(threads, most_) - 1) {
        const int index = static_cast<int>(workers_.size()) + 1;
        workers_.emplace_back([this, index] { work(index); });
      }
    } catch (const std::exception&) {
      most_ = static_cast<int>(workers_.size()) + 1;
    }
  }

  void publish(Range& range, uint32_t next) {
    range.ticket.store((uint64_t{generation_} << 32) | next, std::memory_order_release);
  }
  void close() {
    ++generation_;
    for (int r = 0; r < participants_.load(std::memory_order_relaxed); ++r) publish(ranges_[r], kNone);
  }
  void announce() {
    announced_.store(generation_, std::memory_order_release);
    announced_.notify_all();
  }

  void work(int index) {
    for (uint32_t seen = 0; !stopping_;) {
      wait_for_change(announced_, seen);
      seen = announced_.load(std::memory_order_acquire);
      if (index < participants_.load(std::memory_order_relaxed)) take_tasks(index);
    }
  }

  void take_tasks(int index) {
    const TaskSettings settings;
    const int ranges = participants_.load(std::memory_order_relaxed);
    for (int k = 0; k < ranges; ++k) take_range(ranges_[(index + k) % ranges]);
  }

  void take_range(Range& range) {
    uint64_t ticket = range.ticket.load(std::memory_order_acquire);
    // acquire: who sees the end of a later job cannot claim with a ticket of an earlier one
    while (static_cast<uint32_t>(ticket) < range.end.load(std::memory_order_acquire)) {
      const TaskRef* task = task_.load(std::memory_order_relaxed);
      if (!range.ticket.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) continue;
      run_one(*task, static_cast<uint32_t>(ticket));
      ticket = range.ticket.load(std::memory_order_acquire);
    }
  }

  void run_one(const TaskRef& task, int64_t index) {
    try {
      task(index);
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
    if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) left_.notify_all();
  }

  static inline bool is_forked = false;  ///< since the threads began; set while a child has a single thread
  std::vector<std::thread> workers_;
  std::array<Range, kMostThreads> ranges_;  ///< per participant, the caller's first
  int most_ = kMostThreads;
  uint32_t generation_ = 0;
  std::atomic<uint32_t> announced_{0}, left_{0};
  std::atomic<int> participants_{0};
  std::atomic<const TaskRef*> task_{nullptr};
  std::atomic<bool> stopping_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

/// Runs all tasks on the calling thread.
void run_alone(int64_t tasks, TaskRef task) {
  std::exception_ptr error;
  for (int64_t i = 0; i < tasks; ++i) {
    try {
      task(i);
    } catch (...) {
      if (!error) error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int affinity = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return std::max(1, std::min(affinity, cgroup_quota()));
}

void parallel_for(int64_t tasks, int threads, TaskRef task) {
  if (inside_task) return run_alone(tasks, task);
  static Pool pool;
  static std::mutex busy;
  threads = static_cast<int>(std::min<int64_t>({threads, tasks, kMostThreads}));
  if (threads > 1 && tasks < UINT32_MAX) {
    if (const std::unique_lock lock(busy, std::try_to_lock); lock) return pool.run(tasks, threads, task);
  }
  const TaskSettings settings;
  run_alone(tasks, task);
}

}  // namespace hourglass
