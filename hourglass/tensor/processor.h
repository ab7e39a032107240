#pragma once

#include <string>

namespace hourglass {

/// The instruction set that Highway's loops use on this machine: "AVX3", "AVX2", …
std::string vector_target();
/// oneDNN's version, and the instruction set that its kernels use on this machine.
std::string onednn_version();
std::string onednn_instructions();

/// The parts on which the bits of a result depend beside its inputs: this library, Highway and oneDNN with their
/// versions and instruction sets, as in "Hourglass 0.1.0, Highway 1.0.3 (AVX3), oneDNN 2.6.3 (AVX-512)".
std::string arithmetic_text();

/// GFLOP/s of 600 × 784 × 128 matrix products on each of `threads` threads, measured for about a second.
double product_speed(int threads);

}  // namespace hourglass
