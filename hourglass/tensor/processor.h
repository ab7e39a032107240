#pragma once

#include <string>

namespace hourglass {

/// The instruction set the vector loops run on here: "AVX3", "AVX2", …
std::string vector_target();
/// oneDNN's version, and the instruction set its kernels use here.
std::string onednn_version();
std::string onednn_instructions();

}  // namespace hourglass
