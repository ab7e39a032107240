#pragma once

#include <chrono>
#include <optional>

#include "arrays.h"

namespace hourglass::python {

/// Reasons to stop work that runs without the global interpreter lock (GIL): Ctrl-C, and exceptions of user functions.
class Interrupts {
 public:
  /// Calls f with the GIL, unless there is a reason to stop; stores an exception of f.
  template <class F>
  void guard(F f) {
    if (error_) return;
    const py::gil_scoped_acquire lock;
    try {
      f();
    } catch (py::error_already_set& error) {
      error_.emplace(std::move(error));
    }
  }

  /// True if the work should stop. Checks for signals only from time to time, because acquiring the GIL may be slow.
  bool came() {
    constexpr auto kPause = std::chrono::milliseconds(50);
    const auto now = std::chrono::steady_clock::now();
    if (error_ || now - looked_ < kPause) return error_.has_value();
    looked_ = now;
    guard([] {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    });
    return error_.has_value();
  }

  /// Throws the stored reason, if there is one. Requires the GIL.
  void rethrow() {
    if (error_) throw std::move(*error_);
  }

 private:
  std::optional<py::error_already_set> error_;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace hourglass::python
