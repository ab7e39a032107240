#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hourglass/tensor/shape.h"

namespace hourglass {

/// Array of unsigned bytes, row-major; 1 to 4 dimensions, each at least 1; bytes.size() == shape.size().
struct IdxArray {
  Shape shape;
  std::vector<uint8_t> bytes;
};

/// True if the content starts with two zero bytes, as every IDX file does.
bool is_idx(std::string_view content);

/// Parses IDX, the format of MNIST (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits"),
/// plain or gzip: 00 00, type, number of dimensions, each dimension as 32 bits big-endian, then the values, last
/// dimension fastest. Only unsigned bytes (type 08) are supported, and the length must be exact. Throws Error with
/// `name` for anything else, before memory for the values is allocated.
IdxArray parse_idx(std::string_view content, const std::string& name);

/// Reads an IDX file; see parse_idx.
IdxArray read_idx(const std::filesystem::path& path);

}  // namespace hourglass
