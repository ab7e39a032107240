// Preloaded, makes the time of day fall by an hour with every look at it.

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

namespace {

std::atomic<time_t> now{1'700'000'000};

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* t) noexcept {
  if (clock != CLOCK_REALTIME) return static_cast<int>(::syscall(SYS_clock_gettime, clock, t));
  *t = {now -= 3600, 0};
  return 0;
}

int gettimeofday(timeval* t, void*) noexcept {
  *t = {now -= 3600, 0};
  return 0;
}

time_t time(time_t* t) noexcept {
  const time_t value = now -= 3600;
  if (t) *t = value;
  return value;
}
}
