#pragma once

#include "cli/output.h"
#include "hourglass/base/schema/json_line.h"

namespace hourglass::cli {

/// Prints one line of JSON on stdout.
template <class Json>
void print_document(const Json& json) {
  print_exact(json_line(json) + "\n");
}

}  // namespace hourglass::cli
