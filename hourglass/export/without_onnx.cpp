#include "hourglass/base/error.h"
#include "hourglass/export/onnx.h"

namespace hourglass {

std::string onnx_bytes(const Autoencoder&, OnnxPart, const std::vector<float>&,
                       const std::map<std::string, std::string>&) {
  fail("this build of Hourglass cannot export ONNX: it was configured with HOURGLASS_ONNX=OFF");
}

}  // namespace hourglass
