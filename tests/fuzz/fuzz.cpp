#include <cstddef>
#include <cstdint>

#include "fuzz/targets.h"
#include "hourglass/base/error.h"

/// libFuzzer's entry: one reader, HOURGLASS_FUZZ_TARGET.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& target = hourglass::fuzz::find_target(HOURGLASS_FUZZ_TARGET);
  try {
    target.read({reinterpret_cast<const char*>(data), size});
  } catch (const hourglass::Error&) {
  }
  return 0;
}
