#pragma once

#include <sys/resource.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hourglass::cli_test {

/// Whether programs are built with a sanitizer: several times slower, and in need of many addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kIsSanitized = true;  // by g++
#elif defined(__clang__)
inline constexpr bool kIsSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool kIsSanitized = false;
#endif

/// What a program left behind.
struct Outcome {
  int code = -1;  ///< its exit code; 128 + n when signal n ended it
  std::string out, err;
};

/// How to run hourglass.
struct Launch {
  std::filesystem::path folder;  ///< where it runs; what is below data/ here is all the data it knows by name
  std::vector<std::string> arguments;
  std::function<void()> before = [] {};  ///< called in the new process before it becomes hourglass
};

/// For Launch::before. A limit of RLIMIT_FSIZE is met like a full disk.
std::function<void()> limited(__rlimit_resource resource, rlim_t most);
/// Makes permissions count for root too.
void obey_permissions();

/// The hourglass program while it runs. A minute of silence, ten with a sanitizer, ends it and fails the test.
class Process {
 public:
  explicit Process(const Launch& launch);
  Process(const Process&) = delete;
  ~Process();

  /// Waits until stderr holds `text`; false when the program ends without saying it.
  bool says(const std::string& text);
  void send(int signal) const;
  pid_t id() const { return child_; }
  Outcome wait();

 private:
  struct Stream {
    int descriptor = -1;
    std::string text;
  };

  /// Reads what there is, waiting for it; false when both streams have ended.
  bool read_some();

  pid_t child_;
  bool ended_ = false;
  Stream out_, err_;
};

inline Outcome run(const Launch& launch) { return Process(launch).wait(); }

}  // namespace hourglass::cli_test
