#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// 1 to 4 dimensions, each at least 1, row-major: bytes as they are, other numbers as finite floats.
struct NpyArray {
  Shape shape;
  std::variant<std::vector<uint8_t>, std::vector<float>> values;
};

/// Starts with the magic bytes of NumPy's array file.
bool is_npy(std::string_view content);

/// Reads a NumPy array file (NEP 1, versions 1.0 and 2.0) of '|u1', '<f4' or '<f8' in C order; f8 is rounded to float.
/// Throws Error, naming `name`, on other types (objects, structures, integers, big-endian), Fortran order, a length
/// that is not exact, and on NaN, infinity or overflow with the place, rows and columns counted from 0.
NpyArray parse_npy(std::string_view content, const std::string& name);

/// The array as a NumPy file, version 1.0, C order: '<f4' for f32, '<f8' for f64.
std::string npy_bytes(ConstView array);

}  // namespace hourglass
