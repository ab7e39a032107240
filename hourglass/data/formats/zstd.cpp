#include "hourglass/data/formats/zstd.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

#include "hourglass/base/error.h"

namespace hourglass {
namespace {

struct FreeStream {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// Appends up to `limit` unpacked bytes to `out`. Returns what ZSTD_decompressStream does: an error, 0 at the end of a
/// frame, or else a positive number.
size_t unpack(ZSTD_DStream* stream, ZSTD_inBuffer& in, std::string& out, size_t limit) {
  const size_t before = out.size();
  out.resize(before + limit);
  ZSTD_outBuffer space{out.data() + before, limit, 0};
  const size_t status = ZSTD_decompressStream(stream, &space, &in);
  out.resize(before + space.pos);
  return status;
}

}  // namespace

bool is_zstd(std::string_view content) { return content.starts_with("\x28\xb5\x2f\xfd"); }

std::string unpack_zstd(std::string_view packed, size_t limit, const std::string& name) {
  constexpr size_t kStep = size_t{1} << 20;
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream(ZSTD_createDStream());
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string out;
  size_t status = 1;
  while (out.size() < limit && (in.pos < in.size || status != 0)) {
    const size_t used = in.pos, before = out.size();
    status = unpack(stream.get(), in, out, std::min(limit - out.size(), kStep));
    if (ZSTD_isError(status)) fail("{}: Zstandard file is damaged: {}", name, ZSTD_getErrorName(status));
    if (status != 0 && in.pos == used && out.size() == before)
      fail("{}: Zstandard file ends early, after {} unpacked bytes", name, out.size());
  }
  return out;
}

std::string unpack_zstd_start(std::string_view packed, size_t count) {
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream(ZSTD_createDStream());
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string out;
  unpack(stream.get(), in, out, count);
  return out;
}

}  // namespace hourglass
