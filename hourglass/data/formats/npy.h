#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Array of 1 to 4 dimensions, each at least 1, row-major: bytes unchanged, other numbers and bools as finite floats
/// (or NaN, if allowed).
struct NpyArray {
  Shape shape;
  std::variant<std::vector<uint8_t>, std::vector<float>> values;
};

/// True if the content starts with the magic bytes of NumPy's array files.
bool is_npy(std::string_view content);

/// Header of an array file.
struct NpyHeader {
  std::string type;  ///< NumPy's name: '<f4', '|u1', '>i8'
  bool fortran = false;
  Shape shape;
  int64_t count = 0;  ///< shape.size()
  size_t start = 0;   ///< offset of the first value, in bytes

  size_t item() const;  ///< bytes per value
};

/// Parses the header of a NumPy array file (NEP 1, versions 1.0 to 3.0); `content` may be truncated after it. Throws
/// Error with `name` for types other than integers, floats of 2, 4 and 8 bytes and bool (in particular objects, which
/// could run code), and for shapes other than 1 to 4 dimensions of at least 1.
NpyHeader read_npy_header(std::string_view content, const std::string& name);

/// Throws Error unless exactly as many bytes follow the header as it announces.
void check_npy_length(const NpyHeader& header, size_t bytes, const std::string& name);

/// True for a finite number, and for NaN if it is a missing value.
bool is_usable(float x, bool nan_is_missing);
/// Throws Error for an unusable value, the `index`-th of rows of `width`, with its row and column from 0.
[[noreturn]] void refuse_number(const std::string& name, int64_t index, int64_t width, double value);

/// Converts consecutive values to floats.
using NpyDecoder = void (*)(const char* from, size_t count, float* to);
/// Decoder for the type of a header.
NpyDecoder npy_decoder(std::string_view type);

/// Parses an array file in C or Fortran order and either byte order; numbers are rounded to float. Throws Error as
/// read_npy_header does, for a length that is not exact, and for infinity, overflow and (unless it is a missing value)
/// NaN, with row and column from 0.
NpyArray parse_npy(std::string_view content, const std::string& name, bool nan_is_missing = false);

/// Converts the values of an array, `data` being all of its bytes as `header` describes them. Throws Error as parse_npy
/// does for infinity, overflow and NaN.
NpyArray npy_values(const NpyHeader& header, std::string_view data, bool nan_is_missing, const std::string& name);

/// Writes an array as a NumPy file, version 1.0, C order: '<f4' for f32, '<f8' for f64.
std::string npy_bytes(ConstView array);
/// What comes before the numbers of such an array.
std::string npy_start(DType dtype, const Shape& shape);

}  // namespace hourglass
