#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "hourglass/tensor/tensor.h"

/// Micro benchmarks of the operations. Each row tells its rate on one thread, and what part of this machine's own
/// ceiling that is, measured in the same run.
namespace hourglass::bench {

/// What one call of an operation works through: floating-point operations, or else bytes, each operand once.
struct Work {
  double operations = 0.0;
  double bytes = 0.0;
};

/// The ceiling for such work, per second: the best matrix product, or the best copy of as much memory. Measured when
/// first asked for.
double ceiling(const Work& work);

/// Numbers in [−1, 1).
Tensor noise(Shape shape);

/// Operands that several rows share, made of `arguments` when the first of these rows runs, so that the process has no
/// more memory than the rows chosen need.
template <class T>
class OnFirstUse {
 public:
  template <class... Arguments>
  explicit OnFirstUse(Arguments... arguments)
      : state_(std::make_shared<State>(State{[=] { return std::make_unique<T>(arguments...); }, nullptr})) {}
  T& operator*() const {
    if (!state_->made) state_->made = state_->make();
    return *state_->made;
  }
  T* operator->() const { return &**this; }

 private:
  struct State {
    std::function<std::unique_ptr<T>()> make;
    std::unique_ptr<T> made;
  };
  std::shared_ptr<State> state_;
};

/// Processor time of the calling thread in seconds; other programs are not included.
double thread_seconds();

/// Times `call`; the first call is not timed, because it creates what later calls reuse.
template <class F>
void measure(benchmark::State& state, const Work& work, F call) {
  call();
  const double begin = thread_seconds();
  for ([[maybe_unused]] auto _ : state) {
    call();
    benchmark::ClobberMemory();
  }
  const double seconds = thread_seconds() - begin;
  const double amount = work.operations > 0 ? work.operations : work.bytes;
  const double rate = amount * static_cast<double>(state.iterations()) / seconds;
  state.counters[work.operations > 0 ? "GFLOP/s" : "GB/s"] = rate / 1e9;
  state.counters["% of ceiling"] = 100 * rate / ceiling(work);
}

/// A row of the table. `call` runs the operation once.
template <class F>
void add(const std::string& name, const Work& work, F call) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [work, call = std::move(call)](benchmark::State& s) { measure(s, work, call); });
}

void add_ceilings();
void add_products();
void add_convolutions();
void add_activations();
void add_elementwise();
void add_networks();

}  // namespace hourglass::bench
