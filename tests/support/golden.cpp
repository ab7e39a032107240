#include "support/golden.h"

#include <nlohmann/json.hpp>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/data/formats/safetensors.h"
#include "hourglass/tensor/ops.h"
#include "support/networks.h"

namespace hourglass {

std::map<std::string, GoldenCase> golden_cases(const std::string& file) {
  SafeTensors all = read_safetensors(HOURGLASS_TESTS "/golden/values/" + file + ".safetensors");
  std::map<std::string, GoldenCase> cases;
  for (auto& [name, tensor] : all.tensors) {
    const size_t dot = name.find('.');
    cases[name.substr(0, dot)].tensors[name.substr(dot + 1)] = std::move(tensor);
  }
  for (auto& [name, c] : cases)
    if (const auto recipe = all.metadata.find(name); recipe != all.metadata.end()) c.recipe = recipe->second;
  if (file != "convolutions") return cases;
  for (auto& [name, c] : cases) {
    const auto about = nlohmann::json::parse(all.metadata.at(name));
    c.kind = about.at("kind");
    c.stride = about.at("stride");
    c.padding = about.at("padding");
    c.kernel = about.at("kernel");
    if (about.contains("output_padding")) c.output_padding = about.at("output_padding");
  }
  return cases;
}

LayerConfig GoldenCase::layer() const { return layers("[" + recipe + "]").front(); }

ModelConfig GoldenCase::model() const {
  ModelConfig config;
  const Value root = parse_toml(recipe, "golden");
  FieldReader reader(root, "");
  reader.section("model", config);
  return config;
}

std::map<std::string, Tensor> GoldenCase::part(const std::string& prefix) const {
  std::map<std::string, Tensor> some;
  for (const auto& [name, tensor] : tensors)
    if (name.starts_with(prefix)) some[name.substr(prefix.size())] = tensor.clone();
  return some;
}

Tensor channels_last(const Tensor& images) {
  const Shape& s = images.shape();
  const int64_t size = images.size() / s[0], channels = s.rank() > 2 ? s[1] : 1;
  Tensor out(images.dtype(), {s[0], size});
  ops::swap_axes(images.view().reshaped(out.shape()), channels, size / channels, out);
  return out;
}

}  // namespace hourglass
