#include "hourglass/nn/layer.h"

#include "hourglass/nn/config.h"

namespace hourglass {

namespace {

/// The kind of layer whose weight a tied layer of this kind uses.
std::string mirror_kind(const std::string& kind) {
  const std::string dimensions = kind.substr(kind.size() - 2);
  if (kind.starts_with("conv_transpose")) return "conv" + dimensions;
  if (kind.starts_with("conv")) return "conv_transpose" + dimensions;
  return kind;
}

}  // namespace

Parameter LayerContext::add(const std::string& suffix, Shape shape, int64_t fan_in, int64_t fan_out) const {
  constexpr int64_t kAlign = 16;
  const int64_t end = parameters.empty() ? 0 : parameters.back().offset + parameters.back().shape.size();
  double total = 1;  // the product may not fit an int64_t
  for (const int64_t extent : shape) total *= static_cast<double>(extent);
  total += static_cast<double>(end);
  if (total > kLargestNetwork)
    fail("{}: too large: {:.0f} parameters so far (the limit is {})", place(), total, kLargestNetwork);
  parameters.push_back({.name = name + "." + suffix,
                        .shape = shape,
                        .offset = (end + kAlign - 1) / kAlign * kAlign,
                        .fan_in = fan_in,
                        .fan_out = fan_out,
                        .is_bias = suffix == "bias"});
  return parameters.back();
}

Parameter LayerContext::add_weight(Shape shape, int64_t fan_in, int64_t fan_out) const {
  if (!is_tied()) return add("weight", shape, fan_in, fan_out);
  if (mirrored->empty()) fail("{}: tied = true, but no layer of the encoder is left for it to mirror", place());
  const MirroredWeight from = mirrored->back();
  mirrored->pop_back();
  const std::string partner = mirror_kind(config.kind);
  if (from.kind != partner)
    fail("{}: tied = true, but {} is what it would mirror; expected {} there", place(), from.place, partner);
  const Shape expected = shape.rank() == 2 ? Shape{shape[1], shape[0]} : shape;
  if (!(from.weight.shape == expected))
    fail("{}: tied = true, but {} is no mirror image: its weight is {}, expected {}", place(), from.place,
         from.weight.shape.text(), expected.text());
  return from.weight;
}

std::string LayerContext::place() const {
  const size_t dot = name.find('.');
  return fmt::format("{}[{}] {}", name.substr(0, dot), name.substr(dot + 1), config.kind);
}

}  // namespace hourglass
