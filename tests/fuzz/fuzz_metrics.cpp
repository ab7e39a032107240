#include "fuzz.h"
#include "hourglass/report/jsonl.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return accept_or_refuse(data, size, [](std::string_view bytes) { hourglass::parse_epochs(bytes, "fuzz"); });
}
