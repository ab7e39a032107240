#include "hourglass/tensor/processor.h"

#include <fmt/format.h>
#include <hwy/highway.h>

#include <chrono>
#include <dnnl.hpp>
#include <utility>
#include <vector>

#include "hourglass/base/parallel.h"
#include "hourglass/base/version.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

std::string vector_target() {
  const int64_t supported = hwy::SupportedTargets();
  return hwy::TargetName(supported & -supported);  // the lowest bit is the best target
}

std::string onednn_version() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

std::string onednn_instructions() {
  using Isa = dnnl::cpu_isa;
  constexpr std::pair<Isa, const char*> kNames[] = {{Isa::sse41, "SSE4.1"},
                                                    {Isa::avx, "AVX"},
                                                    {Isa::avx2, "AVX2"},
                                                    {Isa::avx2_vnni, "AVX2 VNNI"},
                                                    {Isa::avx512_core, "AVX-512"},
                                                    {Isa::avx512_core_vnni, "AVX-512 VNNI"},
                                                    {Isa::avx512_core_bf16, "AVX-512 BF16"}};
  const Isa used = dnnl::get_effective_cpu_isa();
  for (const auto& [isa, name] : kNames)
    if (isa == used) return name;
  return fmt::format("set {:#x}", static_cast<unsigned>(used));
}

std::string arithmetic_text() {
  return fmt::format("Hourglass {}, Highway {}.{}.{} ({}), oneDNN {} ({})", version(), HWY_MAJOR, HWY_MINOR, HWY_PATCH,
                     vector_target(), onednn_version(), onednn_instructions());
}

double product_speed(int threads) {
  constexpr int64_t kM = 600, kK = 784, kN = 128, kRepeats = 20;
  struct Work {
    Tensor a{DType::f32, {kM, kK}}, b{DType::f32, {kN, kK}}, c{DType::f32, {kM, kN}};
  };
  std::vector<Work> work(threads);
  auto multiply = [&](int64_t t) {
    for (int64_t i = 0; i < kRepeats; ++i)
      ops::matmul(work[t].a, ops::Transpose::no, work[t].b, ops::Transpose::yes, work[t].c);
  };
  parallel_for(threads, threads, multiply);  // warm up
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> elapsed{0};
  int64_t rounds = 0;
  for (; elapsed.count() < 0.9; ++rounds) {
    parallel_for(threads, threads, multiply);
    elapsed = std::chrono::steady_clock::now() - start;
  }
  return 2.0 * kM * kK * kN * kRepeats * static_cast<double>(rounds * threads) / elapsed.count() / 1e9;
}

}  // namespace hourglass
