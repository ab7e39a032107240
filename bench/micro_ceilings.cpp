#include <dnnl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "bench/micro.h"
#include "hourglass/tensor/ops.h"

namespace hourglass::bench {

namespace {

double seconds_of(auto&& call) {
  const double begin = thread_seconds();
  call();
  return thread_seconds() - begin;
}

/// Of many short runs.
double least_seconds(auto&& call) {
  constexpr double kBudget = 0.1;
  call();
  double least = seconds_of(call);
  for (double spent = least; spent < kBudget;) {
    const double seconds = seconds_of(call);
    least = std::min(least, seconds);
    spent += seconds;
  }
  return least;
}

double product_rate(int64_t m, int64_t n, int64_t k) {
  Tensor a = noise({m, k}), b = noise({k, n}), c = noise({m, n});
  const auto plain = [&] {
    dnnl_sgemm('N', 'N', m, n, k, 1.0f, a.as<float>(), k, b.as<float>(), n, 0.0f, c.as<float>(), n);
  };
  const auto ours = [&] { ops::matmul(a, ops::Transpose::no, b, ops::Transpose::no, c); };
  return 2.0 * static_cast<double>(m * n * k) / std::min(least_seconds(plain), least_seconds(ours));
}

double measure_products() {
  double best = 0.0;
  for (const int64_t n : {256, 384, 512, 768}) best = std::max(best, product_rate(n, n, n));
  best = std::max(best, product_rate(600, 128, 784));
  best = std::max(best, product_rate(600, 784, 128));
  return std::max(best, product_rate(256, 512, 784));
}

double best_product() {
  static const double rate = measure_products();
  return rate;
}

/// Copying from one block to another that together take `bytes`; what is read and what is written counts.
double measure_copy(size_t bytes) {
  const std::vector<char> from(bytes / 2, 1);
  std::vector<char> to(bytes / 2);
  const auto copy = [&] {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
  };
  const int times = static_cast<int>(std::max<size_t>(1, (1 << 22) / bytes));  // long enough for the clock
  return static_cast<double>(bytes) * times / least_seconds([&] {
           for (int i = 0; i < times; ++i) copy();
         });
}

/// The caches' levels and memory.
struct Level {
  const char* name;
  size_t bytes;
};
constexpr std::array<Level, 3> kLevels = {{{"256 KB", 1 << 18}, {"8 MB", 1 << 23}, {"256 MB", 1 << 28}}};

double best_copy(size_t level) {
  static std::array<double, kLevels.size()> rates{};
  if (rates[level] == 0.0) rates[level] = measure_copy(kLevels[level].bytes);
  return rates[level];
}

/// The smallest level that about holds so much.
size_t level_of(double bytes) {
  size_t level = 0;
  while (level + 1 < kLevels.size() && bytes > 2.0 * static_cast<double>(kLevels[level].bytes)) ++level;
  return level;
}

void add_ceiling(const std::string& name, const char* unit, auto&& rate) {
  const auto report = [=](benchmark::State& state) {
    for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(rate());
    state.counters[unit] = rate() / 1e9;
  };
  benchmark::RegisterBenchmark(name.c_str(), report)->Iterations(1);
}

}  // namespace

double ceiling(const Work& work) { return work.operations > 0 ? best_product() : best_copy(level_of(work.bytes)); }

void add_ceilings() {
  add_ceiling("ceiling/sgemm", "GFLOP/s", best_product);
  for (size_t i = 0; i < kLevels.size(); ++i)
    add_ceiling(std::string("ceiling/copy ") + kLevels[i].name, "GB/s", [i] { return best_copy(i); });
}

}  // namespace hourglass::bench
