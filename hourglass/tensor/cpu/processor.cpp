#include "hourglass/tensor/processor.h"

#include <fmt/format.h>
#include <hwy/highway.h>

#include <dnnl.hpp>
#include <utility>

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
  for (const auto& [isa, name] : kNames)
    if (isa == dnnl::get_effective_cpu_isa()) return name;
  return "best available";
}

}  // namespace hourglass
