#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// 1 to 4 dimensions, each at least 1, row-major: bytes as they are, other numbers and bools as finite floats (or NaN,
/// if asked).
struct NpyArray {
  Shape shape;
  std::variant<std::vector<uint8_t>, std::vector<float>> values;
};

/// Starts with the magic bytes of NumPy's array file.
bool is_npy(std::string_view content);

/// What the header of an array file says.
struct NpyHeader {
  std::string type;  ///< as NumPy writes it: '<f4', '|u1', '>i8'
  bool fortran = false;
  Shape shape;
  int64_t count = 0;  ///< shape.size()
  size_t start = 0;   ///< of the first number, in bytes from the start of the file

  size_t item() const;  ///< bytes of a number
};

/// Reads the header of a NumPy array file (NEP 1, versions 1.0 to 3.0); `content` may end anywhere after it.
/// Throws Error, naming `name`, on types other than whole numbers, floats of 2, 4 and 8 bytes and bool (objects above
/// all, which could run code), and on shapes other than 1 to 4 dimensions of at least 1.
NpyHeader read_npy_header(std::string_view content, const std::string& name);

/// Throws Error unless as many bytes follow the header as it announces.
void check_npy_length(const NpyHeader& header, size_t bytes, const std::string& name);

/// What may be in data: a finite number, or NaN where it stands for a missing value.
bool is_usable(float x, bool nan_is_missing);
/// Throws Error for one that is not, the `index`-th of rows of `width`, with its row and column, counted from 0.
[[noreturn]] void refuse_number(const std::string& name, int64_t index, int64_t width, double value);

/// Makes floats of numbers that lie one after the other.
using NpyDecoder = void (*)(const char* from, size_t count, float* to);
/// The one for numbers of a header's type.
NpyDecoder npy_decoder(std::string_view type);

/// Reads an array file in C or Fortran order and either byte order; numbers are rounded to float. Throws Error as
/// read_npy_header, on a length that is not exact, and on infinity, overflow and, unless it stands for a missing value,
/// NaN, with the place: rows and columns counted from 0.
NpyArray parse_npy(std::string_view content, const std::string& name, bool nan_is_missing = false);

/// The array as a NumPy file, version 1.0, C order: '<f4' for f32, '<f8' for f64.
std::string npy_bytes(ConstView array);

}  // namespace hourglass
