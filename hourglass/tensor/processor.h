#pragma once

#include <string>

namespace hourglass {

/// The instruction set that Highway's loops use on this machine: "AVX3", "AVX2", …
std::string vector_target();
/// oneDNN's version, and the instruction set that its kernels use on this machine.
std::string onednn_version();
std::string onednn_instructions();

/// GFLOP/s of 600 × 784 × 128 matrix products on each of `threads` threads, measured for about a second.
double product_speed(int threads);

}  // namespace hourglass
