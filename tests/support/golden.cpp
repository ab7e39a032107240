#include "support/golden.h"

#include <nlohmann/json.hpp>

#include "hourglass/model/safetensors.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

std::map<std::string, GoldenCase> golden_cases(const std::string& file) {
  SafeTensors all = read_safetensors(HOURGLASS_TESTS "/golden/values/" + file + ".safetensors");
  std::map<std::string, GoldenCase> cases;
  for (auto& [name, tensor] : all.tensors) {
    const size_t dot = name.find('.');
    cases[name.substr(0, dot)].tensors[name.substr(dot + 1)] = std::move(tensor);
  }
  if (file == "penalties" || file == "spectra")
    for (auto& [name, c] : cases) c.recipe = all.metadata.at(name);
  if (file != "convolutions") return cases;
  for (auto& [name, c] : cases) {
    const auto about = nlohmann::json::parse(all.metadata.at(name));
    c.kind = about.at("kind");
    c.stride = about.at("stride");
    c.padding = about.at("padding");
    c.kernel = about.at("kernel");
  }
  return cases;
}

Tensor channels_last(const Tensor& images) {
  const Shape& s = images.shape();
  Tensor out(images.dtype(), {s[0], s[1] * s[2] * s[3]});
  ops::swap_axes(images.view().reshaped(out.shape()), s[1], s[2] * s[3], out);
  return out;
}

}  // namespace hourglass
