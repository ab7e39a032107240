#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>

#include "hourglass/tensor/shape.h"

namespace hourglass {

/// An IDX header for unsigned bytes.
inline std::string idx_header(const Shape& shape) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(shape.rank())};
  for (int64_t extent : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(extent >> shift);
  }
  return bytes;
}

/// An IDX file whose numbers count up: 0, 1, …, 255, 0, …
inline std::string idx_bytes(const Shape& shape) {
  std::string bytes = idx_header(shape);
  for (int64_t i = 0; i < shape.size(); ++i) bytes += static_cast<char>(i);
  return bytes;
}

inline std::string gzipped(const std::string& bytes) {
  z_stream z{};
  HOURGLASS_CHECK(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  HOURGLASS_CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace hourglass
