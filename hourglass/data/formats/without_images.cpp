#include "hourglass/base/error.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/formats/npz.h"

namespace hourglass {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  fail("{}: this build of Hourglass reads neither images nor npz files: it was configured with HOURGLASS_IMAGES=OFF",
       what);
}

}  // namespace

Image decode_image(std::string_view, const std::string& name, int64_t) { refuse(name); }

std::pair<int64_t, int64_t> image_size(std::string_view, const std::string& name) { refuse(name); }

std::string png_bytes(const Image&) { refuse("PNG"); }

NpyArray parse_npz(std::string_view, const std::string&, const std::string& name, bool) { refuse(name); }

}  // namespace hourglass
