#include "hourglass/nn/layer.h"

#include <algorithm>

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

std::string place_of(std::string_view name) {
  std::string place;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('.'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    const bool is_index = part.find_first_not_of("0123456789") == std::string_view::npos;
    place += is_index ? fmt::format("[{}]", part) : fmt::format("{}{}", place.empty() ? "" : ".", part);
  }
  return place;
}

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
                        .is_bias = suffix == "bias",
                        .init = own_init(config)});
  return parameters.back();
}

Parameter LayerContext::add_filled(const std::string& suffix, Shape shape, double initial) const {
  add(suffix, shape, 1, 1);
  parameters.back().initial = initial;
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

std::string LayerContext::place() const { return place_of(name) + " " + config.kind; }

}  // namespace hourglass
