#include "hourglass/data/formats/gzip.h"

#include <zlib.h>

#include <algorithm>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

struct Inflater : z_stream {
  Inflater() : z_stream{} {
    constexpr int kGzipOnly = 16;
    HOURGLASS_CHECK(inflateInit2(this, kGzipOnly + MAX_WBITS) == Z_OK);
  }
  Inflater(const Inflater&) = delete;
  ~Inflater() { inflateEnd(this); }

  /// Appends up to `limit` unpacked bytes to `out` and removes the consumed bytes from `packed`.
  int step(std::string_view& packed, std::string& out, size_t limit) {
    constexpr size_t kPiece = size_t{1} << 30;  // zlib has 32-bit sizes
    const size_t before = out.size();
    out.resize(before + limit);
    next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    next_out = reinterpret_cast<Bytef*>(out.data() + before);
    const uInt offered = avail_in = static_cast<uInt>(std::min(packed.size(), kPiece));
    avail_out = static_cast<uInt>(limit);
    const int status = inflate(this, Z_NO_FLUSH);
    packed.remove_prefix(offered - avail_in);
    out.resize(out.size() - avail_out);
    return status;
  }
};

/// Unpacks one stream and removes it from `packed`; stops when `out` has `limit` bytes. False at the limit.
bool unpack_stream(std::string_view& packed, std::string& out, size_t limit, const std::string& name) {
  constexpr size_t kStep = size_t{1} << 20;
  Inflater inflater;
  int status = Z_OK;
  while (status != Z_STREAM_END && out.size() < limit) {
    status = inflater.step(packed, out, std::min(limit - out.size(), kStep));
    if (status == Z_BUF_ERROR) fail("{}: gzip stream ends early, after {} unpacked bytes", name, out.size());
    if (status != Z_OK && status != Z_STREAM_END) {
      fail("{}: gzip stream is damaged: {}", name, inflater.msg ? inflater.msg : zError(status));
    }
  }
  return status == Z_STREAM_END;
}

}  // namespace

bool is_gzip(std::string_view content) { return content.starts_with("\x1f\x8b"); }

std::string gunzip(std::string_view packed, size_t limit, const std::string& name) {
  std::string out;
  if (unpack_stream(packed, out, limit, name) && !packed.empty())
    fail("{}: {} bytes follow the gzip stream", name, packed.size());
  return out;
}

std::string gunzip_streams(std::string_view packed, size_t limit, const std::string& name) {
  std::string out;
  do {
    if (!unpack_stream(packed, out, limit, name)) break;
  } while (is_gzip(packed));
  return out;
}

std::string gunzip_start(std::string_view packed, size_t count) {
  Inflater inflater;
  std::string out;
  inflater.step(packed, out, count);
  return out;
}

}  // namespace hourglass
