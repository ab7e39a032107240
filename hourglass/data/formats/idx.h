#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/tensor/shape.h"

namespace hourglass {

/// Unsigned bytes, row-major; 1 to 4 dimensions, each at least 1; bytes.size() == shape.size().
struct IdxArray {
  Shape shape;
  std::vector<uint8_t> bytes;
};

/// Starts as every IDX file does: two zero bytes.
bool is_idx(std::string_view content);

/// Reads IDX, the format of MNIST (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"),
/// plain or gzip, decided by content: 00 00, type, number of dimensions, each dimension as 32 bits big-endian, then the
/// numbers, slowest dimension first. Only unsigned bytes (type 08) are read, and the length must be exact.
/// Throws Error, naming `name`, on anything else, before memory for the numbers is taken.
IdxArray parse_idx(std::string_view content, const std::string& name);

/// parse_idx of a whole file.
IdxArray read_idx(const std::filesystem::path& path);

}  // namespace hourglass
