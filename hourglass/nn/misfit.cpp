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
  return shapes.size() == layers.size() && reconstructs(shapes.back(), output);
}

std::string place(const char* part, size_t i, const LayerConfig& layer) {
  return fmt::format("{}[{}] {}", part, i, layer.kind);
}

/// The channels of a sample: those of an image, or of the series that the encoder makes of a row. 0 = not known.
int64_t channels_of(const ModelConfig& config, const Shape& sample) {
  if (sample.rank() > 1) return sample[0];
  const auto* series = std::get_if<SeriesConfig>(&config.encoder.front().options);
  return series ? series->channels : 0;
}

/// Tries changes to a decoder. A change is described as "output_padding = 1 in decoder[2] conv_transpose2d".
class Search {
 public:
  Search(const ModelConfig& config, const Shape& code, const Shape& output)
      : decoder_(config.decoder), code_(code), output_(output), channels_(channels_of(config, output)) {
    for (size_t i = 0; i < decoder_.size(); ++i)
      if (decoder_[i].kind.starts_with("conv_transpose")) transposed_.push_back(i);
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
        return fmt::format("{} units in {}", output_.size(), place("decoder", i, layer));
      }
      if (auto* conv = std::get_if<ConvConfig>(&layer.options)) {
        if (channels_ == 0 || std::exchange(conv->channels, channels_) == channels_) return "";
        return fmt::format("{} {} in {}", channels_, channels_ == 1 ? "channel" : "channels",
                           place("decoder", i, layer));
      }
      if (std::holds_alternative<ReshapeConfig>(layer.options)) return "";
    }
    return "";
  }

  std::string mend_sides() {
    if (const std::string found = one_output_padding(); !found.empty()) return found;
    if (const std::string found = many_output_paddings(); !found.empty()) return found;
    for (const size_t i : transposed_) conv(i).output_padding = {};
    for (size_t i = decoder_.size(); i-- > 0;)
      if (const std::string found = in_layer(i, padding_or_kernel(i)); !found.empty()) return found;
    return "";
  }

  ConvConfig& conv(size_t i) { return std::get<ConvConfig>(decoder_[i].options); }

  std::string in_layer(size_t i, const std::string& change) {
    return change.empty() ? "" : fmt::format("{} in {}", change, place("decoder", i, decoder_[i]));
  }

  std::string output_padding_of(size_t i) {
    const auto& [rows, columns] = conv(i).output_padding;
    const bool is_one = rows == columns || decoder_[i].kind.ends_with("1d");
    return "output_padding = " + (is_one ? fmt::format("{}", columns) : fmt::format("[{}, {}]", rows, columns));
  }

  std::string one_output_padding() {
    for (const size_t i : transposed_) {
      const auto before = conv(i).output_padding;
      const int64_t stride = std::min<int64_t>(conv(i).stride, 16);
      for (int64_t n = 0; n < stride * stride; ++n) {
        conv(i).output_padding = {n / stride, n % stride};
        if (!leads_to(decoder_, code_, output_)) continue;
        const std::string found = output_padding_of(i);
        conv(i).output_padding = {};
        const std::string other = kernel(i);
        return in_layer(i, other.empty() ? found : found + " or " + other);
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
        text += (text.empty() ? "" : " and ") + in_layer(i, output_padding_of(i));
    return text;
  }

  void set_output_paddings(const std::vector<size_t>& places, uint32_t bits) {
    for (const size_t i : places) {
      conv(i).output_padding = {bits & 1, bits >> 1 & 1};
      bits >>= 2;
    }
  }

  std::string padding_or_kernel(size_t i) {
    if (!std::holds_alternative<ConvConfig>(decoder_[i].options)) return "";
    const std::string found = padding(i);
    return found.empty() ? kernel(i) : found;
  }

  /// Numbers near today's padding, which may be "same".
  std::string padding(size_t i) {
    const Padding before = conv(i).padding;
    for (int64_t zeros = 0; zeros <= conv(i).kernel && zeros < 16; ++zeros) {
      conv(i).padding = zeros;
      if (leads_to(decoder_, code_, output_)) return fmt::format("padding = {}", zeros);
    }
    conv(i).padding = before;
    return "";
  }

  std::string kernel(size_t i) {
    const int64_t before = conv(i).kernel, most = before + 8;
    for (int64_t k = 1; k <= most; ++k) {
      conv(i).kernel = k;
      if (leads_to(decoder_, code_, output_)) return fmt::format("kernel = {}", k);
    }
    conv(i).kernel = before;
    return "";
  }

  std::vector<LayerConfig> decoder_;
  Shape code_, output_;
  int64_t channels_;
  std::vector<size_t> transposed_;
};

}  // namespace

bool reconstructs(const Shape& made, const Shape& input) {
  const bool is_row = made.rank() == 1 && made.size() == input.size();
  const bool is_series = made.rank() == 2 && input == Shape{1, made[0], made[1]};
  return made == input || is_row || is_series;
}

std::string explain_misfit(const ModelConfig& config, const Shape& input, const Shape& output) {
  std::string table = fmt::format("\n  {:28}{}", "input", input.text());
  Shape shape = input;
  for (const auto& [list, part] : {std::pair(&config.encoder, "encoder"), std::pair(&config.decoder, "decoder")}) {
    const auto shapes = output_shapes(*list, shape);
    for (size_t i = 0; i < shapes.size(); ++i)
      table += fmt::format("\n  {:28}{}", place(part, i, (*list)[i]), shapes[i].text());
    if (!shapes.empty()) shape = shapes.back();
  }
  const auto encoded = output_shapes(config.encoder, input);
  const std::string change = encoded.empty() ? "" : Search(config, encoded.back(), output).run();
  const std::string advice = change.empty()
                                 ? "no output_padding, padding or kernel of the decoder makes it fit; a dense layer at "
                                   "its end can have any size"
                                 : "use " + change;
  return fmt::format("decoder: output {}, input is {}: {}{}", shape.text(), output.text(), advice, table);
}

}  // namespace hourglass
