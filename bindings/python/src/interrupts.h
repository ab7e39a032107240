#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <optional>

namespace hourglass::python {

namespace py = pybind11;

/// What stops work that runs without Python's lock: Ctrl-C, and exceptions of the user's own functions.
class Interrupts {
 public:
  /// Calls f with the lock, unless something came; keeps the exception it throws.
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

  /// Whether to stop. Looks for signals now and then only: the lock may be hard to get.
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

  /// With the lock: throws what came.
  void rethrow() {
    if (error_) throw std::move(*error_);
  }

 private:
  std::optional<py::error_already_set> error_;
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace hourglass::python
