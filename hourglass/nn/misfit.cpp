#include "hourglass/nn/misfit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "hourglass/nn/layer.h"

namespace hourglass {

namespace {

std::vector<Shape> output_shapes(std::span<const LayerConfig> layers, Shape shape);

/// Throws Error if the layer does not fit its input.
Shape output_shape(const LayerConfig& layer, const Shape& input) {
  std::vector<Parameter> parameters;
  const auto* residual = std::get_if<ResidualConfig>(&layer.options);
  if (!residual) return make_layer({layer, "decoder.0", input, parameters})->output();
  const std::vector<Shape> branch = output_shapes(residual->residual, input);
  if (branch.size() < residual->residual.size()) fail("a layer of the branch does not fit");
  return branch.back();
}

/// The output shapes of some layers; shorter than the list if a layer does not fit its input.
std::vector<Shape> output_shapes(std::span<const LayerConfig> layers, Shape shape) {
  std::vector<Shape> shapes;
  try {
    for (const LayerConfig& layer : layers) shapes.push_back(shape = output_shape(layer, shape));
  } catch (const Error&) {
    return shapes;
  }
  return shapes;
}

bool leads_to(std::span<const LayerConfig> layers, const Shape& from, const Shape& output) {
  const auto shapes = output_shapes(layers, from);
  return shapes.size() == layers.size() && shapes.back() == output;
}

std::string place(const char* part, size_t i, const LayerConfig& layer) {
  return fmt::format("{}[{}] {}", part, i, layer.kind);
}

/// Tries changes to a decoder. A change is described as "decoder[2] conv_transpose2d with output_padding = 1".
class Search {
 public:
  Search(const std::vector<LayerConfig>& decoder, const Shape& code, const Shape& output)
      : decoder_(decoder), code_(code), output_(output) {
    for (size_t i = 0; i < decoder.size(); ++i)
      if (decoder[i].kind == "conv_transpose2d") transposed_.push_back(i);
  }

  std::string run() {
    const std::string channels = mend_channels();
    if (!channels.empty() && leads_to(decoder_, code_, output_)) return channels;
    const std::string sides = mend_sides();
    if (!sides.empty()) return channels.empty() ? sides : channels + " and " + sides;
    return "";
  }

 private:
  /// Gives the last layer with channels, or the last dense layer, as many as the output has.
  std::string mend_channels() {
    for (size_t i = decoder_.size(); i-- > 0;) {
      LayerConfig& layer = decoder_[i];
      if (auto* dense = std::get_if<DenseConfig>(&layer.options)) {
        if (std::exchange(dense->units, output_.size()) == output_.size()) return "";
        decoder_.resize(i + 1);  // layers of images may follow
        if (output_.rank() > 1) output_ = {output_.size()};
        return fmt::format("{} with {} units", place("decoder", i, layer), output_.size());
      }
      if (auto* conv = std::get_if<ConvConfig>(&layer.options)) {
        const int64_t channels = output_.rank() == 3 ? output_[0] : conv->channels;
        if (std::exchange(conv->channels, channels) == channels) return "";
        return fmt::format("{} with {} {}", place("decoder", i, layer), channels,
                           channels == 1 ? "channel" : "channels");
      }
      if (std::holds_alternative<ReshapeConfig>(layer.options)) return "";
    }
    return "";
  }

  std::string mend_sides() {
    if (const std::string found = one_output_padding(); !found.empty()) return found;
    if (const std::string found = many_output_paddings(); !found.empty()) return found;
    return one_kernel();
  }

  ConvConfig& conv(size_t i) { return std::get<ConvConfig>(decoder_[i].options); }

  std::string described(size_t i) {
    const auto& [rows, columns] = conv(i).output_padding;
    return place("decoder", i, decoder_[i]) + " with output_padding = " +
           (rows == columns ? fmt::format("{}", rows) : fmt::format("[{}, {}]", rows, columns));
  }

  std::string one_output_padding() {
    for (const size_t i : transposed_) {
      const auto before = conv(i).output_padding;
      const int64_t stride = std::min<int64_t>(conv(i).stride, 16);
      for (int64_t n = 0; n < stride * stride; ++n) {
        conv(i).output_padding = {n / stride, n % stride};
        if (leads_to(decoder_, code_, output_)) return described(i);
      }
      conv(i).output_padding = before;
    }
    return "";
  }

  /// 0 or 1 for each axis of the last five layers with a stride: the fewest changes that fit.
  std::string many_output_paddings() {
    constexpr size_t kMost = 5;
    std::vector<size_t> places;
    for (const size_t i : transposed_)
      if (conv(i).stride > 1) places.push_back(i);
    if (places.size() > kMost) places.erase(places.begin(), places.end() - kMost);
    std::optional<std::pair<int, uint32_t>> best;
    for (uint32_t bits = 0; bits < uint32_t{1} << 2 * places.size(); ++bits) {
      set_output_paddings(places, bits);
      const std::pair ranked{__builtin_popcount(bits), bits};
      if ((!best || ranked < *best) && leads_to(decoder_, code_, output_)) best = ranked;
    }
    if (!best) return "";
    set_output_paddings(places, best->second);
    std::string text;
    for (const size_t i : places)
      if (conv(i).output_padding[0] + conv(i).output_padding[1] > 0)
        text += (text.empty() ? "" : " and ") + described(i);
    return text;
  }

  void set_output_paddings(const std::vector<size_t>& places, uint32_t bits) {
    for (const size_t i : places) {
      conv(i).output_padding = {bits & 1, bits >> 1 & 1};
      bits >>= 2;
    }
  }

  std::string one_kernel() {
    for (const size_t i : transposed_) conv(i).output_padding = {};
    for (auto at = transposed_.rbegin(); at != transposed_.rend(); ++at) {
      const int64_t kernel = conv(*at).kernel, most = kernel + 8;
      for (int64_t k = 1; k <= most; ++k) {
        conv(*at).kernel = k;
        if (leads_to(decoder_, code_, output_))
          return fmt::format("{} with kernel = {}", place("decoder", *at, decoder_[*at]), k);
      }
      conv(*at).kernel = kernel;
    }
    return "";
  }

  std::vector<LayerConfig> decoder_;
  Shape code_, output_;
  std::vector<size_t> transposed_;
};

}  // namespace

std::string explain_misfit(const ModelConfig& config, const Shape& input, const Shape& output) {
  std::string text = fmt::format("  {:28}{}\n", "input", input.text());
  Shape shape = input;
  for (const auto& [list, part] : {std::pair(&config.encoder, "encoder"), std::pair(&config.decoder, "decoder")}) {
    const auto shapes = output_shapes(*list, shape);
    for (size_t i = 0; i < shapes.size(); ++i)
      text += fmt::format("  {:28}{}\n", place(part, i, (*list)[i]), shapes[i].text());
    if (!shapes.empty()) shape = shapes.back();
  }
  const auto encoded = output_shapes(config.encoder, input);
  const std::string change = encoded.empty() ? "" : Search(config.decoder, encoded.back(), output).run();
  if (!change.empty()) return text + "What fits: " + change;
  return text + "No output_padding or kernel of the decoder makes it fit; a dense layer at its end can have any size";
}

}  // namespace hourglass
