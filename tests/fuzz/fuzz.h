#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hourglass/base/error.h"

/// A fuzz target: whatever the bytes are, `read` takes them or throws Error; anything else is a finding.
template <class Read>
int accept_or_refuse(const uint8_t* data, size_t size, Read read) {
  try {
    read(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const hourglass::Error&) {
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
