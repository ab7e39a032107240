#include "hourglass/nn/mirror.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "hourglass/nn/network.h"

namespace hourglass {

namespace {

using Layers = std::vector<LayerConfig>;

/// A layer of the encoder, to be undone.
struct Undone {
  const LayerConfig& config;
  std::string name;
  Shape in, out;
  bool is_first;  ///< its input is that of the network

  [[noreturn]] void refuse(std::string_view reason) const {
    fail("decoder: mirror: {} {}: {}; write the decoder's layers out", place_of(name), config.kind, reason);
  }
};

/// "1d" or "2d": the end of the layer's kind.
std::string axes_of(const Undone& u) { return u.config.kind.substr(u.config.kind.size() - 2); }

Layers undo_reshape(const Undone& u) { return {{"reshape", ReshapeConfig{{u.in.begin(), u.in.end()}}}}; }

Layers undo_dense(const Undone& u) {
  const auto& o = std::get<DenseConfig>(u.config.options);
  Layers layers = {{"dense", DenseConfig{.units = u.in.size(), .init = o.init}}};
  if (u.in.rank() > 1 && !u.is_first) layers.push_back(undo_reshape(u).front());
  return layers;
}

/// With the first output_padding that gives each axis of the input back.
Layers undo_conv(const Undone& u) {
  auto o = std::get<ConvConfig>(u.config.options);
  o.channels = u.in[0];
  const std::string kind = "conv_transpose" + axes_of(u);
  const int axes = u.in.rank() - 1, skipped = 2 - axes;
  std::array<int64_t, 2> found = {skipped == 0 ? -1 : 0, -1};
  const int64_t paddings = o.padding.same ? 1 : std::max<int64_t>(o.stride, 1);
  for (int64_t n = 0; n < paddings; ++n) {
    o.output_padding = {skipped == 0 ? n : 0, n};
    const LayerConfig layer{kind, o};
    std::vector<Parameter> parameters;
    const Shape made = make_layer({layer, "decoder.0", u.out, parameters})->output();
    for (int axis = 0; axis < axes; ++axis)
      if (int64_t& first = found[axis + skipped]; first < 0 && made[axis + 1] == u.in[axis + 1]) first = n;
  }
  if (found[0] < 0 || found[1] < 0) u.refuse("no " + kind + " gives its input " + u.in.text() + " back");
  o.output_padding = found;
  return {{kind, o}};
}

Layers undo_conv_transpose(const Undone& u) {
  auto o = std::get<ConvConfig>(u.config.options);
  o.channels = u.in[0];
  o.output_padding = {};
  return {{"conv" + axes_of(u), o}};
}

Layers undo_pool(const Undone& u) {
  const int64_t factor = u.in[1] / u.out[1];
  const std::string kind = "upsample" + axes_of(u);
  for (int axis = 1; axis < u.in.rank(); ++axis)
    if (u.out[axis] * factor != u.in[axis])
      u.refuse(fmt::format("{} cannot make {} of {}", kind, u.in.text(), u.out.text()));
  if (factor == 1) return {};
  return {{kind, UpsampleConfig{factor}}};
}

Layers undo_upsample(const Undone& u) { u.refuse("no layer undoes it"); }

Layers undo_series(const Undone&) { return {{"steps"}}; }

Layers undo_steps(const Undone& u) { return {{"series", SeriesConfig{u.in[0]}}}; }

struct UndoRow {
  std::string_view kind;
  Layers (*undo)(const Undone&);
  bool has_weights;
};

/// The layers that change the shape, but for residual.
constexpr std::array kUndoTable = {
    UndoRow{"dense", undo_dense, true},
    UndoRow{"conv2d", undo_conv, true},
    UndoRow{"conv1d", undo_conv, true},
    UndoRow{"conv_transpose2d", undo_conv_transpose, true},
    UndoRow{"conv_transpose1d", undo_conv_transpose, true},
    UndoRow{"max_pool2d", undo_pool, false},
    UndoRow{"max_pool1d", undo_pool, false},
    UndoRow{"avg_pool2d", undo_pool, false},
    UndoRow{"avg_pool1d", undo_pool, false},
    UndoRow{"upsample2d", undo_upsample, false},
    UndoRow{"upsample1d", undo_upsample, false},
    UndoRow{"reshape", undo_reshape, false},
    UndoRow{"series", undo_series, false},
    UndoRow{"steps", undo_steps, false},
};

const UndoRow* find_undo(std::string_view kind) {
  for (const UndoRow& row : kUndoTable)
    if (row.kind == kind) return &row;
  return nullptr;
}

bool has_weights(const LayerConfig& layer) {
  const UndoRow* row = find_undo(layer.kind);
  return layer.kind == "residual" || (row && row->has_weights);
}

class Mirror {
 public:
  explicit Mirror(const Network& network) : network_(network) {}

  Layers encoder() const {
    const Layers& list = network_.config().encoder;
    const std::vector<size_t> places = places_of(list);
    Layers result;
    bool weighted = false;
    for (size_t k = places.size(); k-- > 0;) {
      append(undone(list[places[k]], "encoder", places[k]), result);
      weighted = weighted || has_weights(list[places[k]]);
      if (k > 0 && weighted) append(between(list, places[k - 1] + 1, places[k]), result);
    }
    if (result.empty())
      fail("decoder: mirror: the encoder has no layer that can be undone; write the decoder's layers out");
    return result;
  }

 private:
  Layers branch(const Layers& list, const std::string& name) const {
    const std::vector<size_t> places = places_of(list);
    if (places.empty()) return list;
    Layers result = between(list, 0, places.front());
    for (size_t k = places.size(); k-- > 0;) {
      append(undone(list[places[k]], name, places[k]), result);
      if (k > 0) append(between(list, places[k - 1] + 1, places[k]), result);
    }
    append(between(list, places.back() + 1, list.size()), result);
    return result;
  }

  Layers undone(const LayerConfig& layer, const std::string& part, size_t i) const {
    const std::string name = fmt::format("{}.{}", part, i);
    if (const auto* o = std::get_if<ResidualConfig>(&layer.options))
      return {{"residual",
               ResidualConfig{branch(o->residual, name + ".residual"), branch(o->shortcut, name + ".shortcut")}}};
    const int at = network_.find(name), source = network_.source(at);
    int origin = source;
    while (origin >= 0 && network_.layer(origin).only_reorders()) origin = network_.source(origin);
    const bool is_first = part == "encoder" && origin < 0;
    return find_undo(layer.kind)->undo({layer, name, network_.shape(source), network_.shape(at), is_first});
  }

  static std::vector<size_t> places_of(const Layers& list) {
    std::vector<size_t> places;
    for (size_t i = 0; i < list.size(); ++i)
      if (find_undo(list[i].kind) || list[i].kind == "residual") places.push_back(i);
    return places;
  }

  static Layers between(const Layers& list, size_t first, size_t last) {
    return {list.begin() + static_cast<std::ptrdiff_t>(first), list.begin() + static_cast<std::ptrdiff_t>(last)};
  }

  static void append(const Layers& layers, Layers& to) { to.insert(to.end(), layers.begin(), layers.end()); }

  const Network& network_;
};

}  // namespace

std::vector<LayerConfig> mirror_of(const Network& network) { return Mirror(network).encoder(); }

}  // namespace hourglass
