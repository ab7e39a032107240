#include "bench/micro.h"

#include <omp.h>

#include <cstdio>
#include <ctime>
#include <exception>

#include "hourglass/base/random.h"

namespace hourglass::bench {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Tensor noise(Shape shape) {
  Tensor t(DType::f32, shape);
  const Random random(42, Stream::init);
  for (int64_t i = 0; i < t.size(); ++i) t.as<float>()[i] = static_cast<float>(2 * random.uniform(0, 0, i) - 1);
  return t;
}

}  // namespace hourglass::bench

int main(int argc, char** argv) {
  using namespace hourglass::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  omp_set_num_threads(1);  // as in a task: libraries do not fork
  try {
    add_ceilings();
    add_products();
    add_convolutions();
    add_activations();
    add_elementwise();
    add_networks();
    if (benchmark::RunSpecifiedBenchmarks() == 0) return 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
