#include <algorithm>
#include <utility>

#include "hourglass/nn/mirror.h"
#include "hourglass/nn/misfit.h"
#include "hourglass/nn/network.h"
#include "hourglass/nn/residual.h"

namespace hourglass {

namespace {

void refuse_huge(const std::string& place, const Shape& shape) {
  double units = 1;  // the product may not fit an int64_t
  for (const int64_t extent : shape) units *= static_cast<double>(extent);
  if (units > kLargestNetwork) fail("{}: too large: {} (the limit is {} units)", place, shape.text(), kLargestNetwork);
}

/// Turns all units that are a share of the input's features into a number.
void set_units(std::vector<LayerConfig>& layers, const Shape& input) {
  visit_layers(layers, "", [&](const std::string&, LayerConfig& layer) {
    if (auto* dense = std::get_if<DenseConfig>(&layer.options); dense && dense->divisor > 0)
      dense->units = (input.size() + dense->divisor - 1) / dense->divisor;
  });
}

/// Tied weights are found in reverse order, which is not that of the layers of a shortcut.
void refuse_shortcuts(const std::vector<LayerConfig>& layers, const std::string& part) {
  visit_layers(layers, part, [](const std::string& name, const LayerConfig& layer) {
    const auto* o = std::get_if<ResidualConfig>(&layer.options);
    if (o && !o->shortcut.empty())
      fail("{} residual: tied = true needs residuals without shortcut; leave it out, or use tied = false",
           place_of(name));
  });
}

/// Draws of two gaussian layers would be the same, and the prior is one of the code.
void refuse_inner_gaussian(const ModelConfig& config) {
  const std::string end = fmt::format("encoder.{}", config.encoder.size() - 1);
  const auto check = [&](const std::string& name, const LayerConfig& layer) {
    if (std::holds_alternative<GaussianConfig>(layer.options) && name != end)
      fail("{} gaussian: expected it at the end of the encoder, its output is the code", place_of(name));
  };
  visit_layers(config.encoder, "encoder", check);
  visit_layers(config.decoder, "decoder", check);
}

int64_t padded_size(const std::vector<Parameter>& parameters) {
  return parameters.empty() ? 0 : (parameters.back().offset + parameters.back().shape.size() + 15) / 16 * 16;
}

/// The decoder's layers with those of the mirrored encoder in the place of "mirror".
std::vector<LayerConfig> with_mirror(const std::vector<LayerConfig>& decoder, const Network& network) {
  std::vector<LayerConfig> layers;
  for (const LayerConfig& layer : decoder) {
    const std::vector<LayerConfig> one = layer.kind == "mirror" ? mirror_of(network) : std::vector{layer};
    layers.insert(layers.end(), one.begin(), one.end());
  }
  return layers;
}

}  // namespace

/// Appends layers to a network.
struct Network::Builder {
  Network& network;
  MakeLayer* make;
  bool is_decoder = false, is_tied = false;
  std::vector<MirroredWeight> weights = {};  ///< of the encoder; a tied decoder removes those that it uses
  int last = -1;                             ///< layer whose output the next one reads

  const Shape& shape() const { return network.shape(last); }

  void push(std::unique_ptr<Layer> layer, const std::string& name) {
    network.nodes_.push_back({std::move(layer), name, last, std::nullopt});
    last = network.layers() - 1;
  }
  void push_reorder(bool channels_first) {
    if (is_layered(shape())) push(make_reorder(shape(), channels_first), "");
  }

  /// `plain_from`: the layer whose input has the data's order, if its own kind does not need it.
  void append(const std::vector<LayerConfig>& configs, const std::string& part, size_t plain_from) {
    for (size_t i = 0; i < configs.size(); ++i) {
      const bool needs_plain = std::holds_alternative<DenseConfig>(configs[i].options) ||
                               std::holds_alternative<ReshapeConfig>(configs[i].options) ||
                               std::holds_alternative<GaussianConfig>(configs[i].options) || i == plain_from;
      if (needs_plain) push_reorder(true);
      const std::string name = fmt::format("{}.{}", part, i);
      if (const auto* residual = std::get_if<ResidualConfig>(&configs[i].options))
        append_residual(*residual, name);
      else
        append_layer(configs[i], name);
    }
  }

  void append_encoder(const std::vector<LayerConfig>& configs) {
    push_reorder(false);
    append(configs, "encoder", configs.size());
  }

  /// A final activation works in any order, so the change to the data's order comes before it.
  void append_decoder(const std::vector<LayerConfig>& configs) {
    is_decoder = true;
    append(configs, "decoder", configs.size() - find_activation(configs.back().kind).has_value());
    if (!find_activation(configs.back().kind)) push_reorder(true);
  }

  void append_layer(const LayerConfig& config, const std::string& name) {
    const LayerContext context{config, name, shape(), network.parameters_, is_tied && is_decoder ? &weights : nullptr};
    if (config.kind == "mirror")
      fail("{}: only the decoder has it, outside of residuals: decoder = \"mirror\"", context.place());
    push(make(context), name);
    if (const Parameter* weight = network.layer(last).weight(); weight && !is_decoder)
      weights.push_back({context.place(), config.kind, *weight});
    refuse_huge(context.place(), shape());
  }

  void append_residual(const ResidualConfig& config, const std::string& name) {
    const int input = last;
    append(config.residual, name + ".residual", config.residual.size());
    const int branch = std::exchange(last, input);
    append(config.shortcut, name + ".shortcut", config.shortcut.size());
    const int shortcut = std::exchange(last, branch);
    check_sum(name, network.shape(input), network.shape(branch), network.shape(shortcut));
    push(make_sum(shape()), name);
    network.nodes_.back().addend = shortcut;
  }

  static void check_sum(const std::string& name, const Shape& input, const Shape& branch, const Shape& shortcut) {
    if (branch == shortcut) return;
    const std::string fits = fitting_shortcut(input, branch);
    fail("{} residual: the branch gives {}, the shortcut {}; they are added, so both must be the same\nWhat fits: {}{}",
         place_of(name), branch.text(), shortcut.text(), fits.empty() ? "" : fits + ", or ",
         "a branch that gives " + shortcut.text());
  }
};

Network::Network(const ModelConfig& config, Shape input, Shape output, MakeLayer* make)
    : input_(input), config_(config) {
  refuse_huge("input", input);
  refuse_inner_gaussian(config);
  set_units(config_.encoder, input);
  set_units(config_.decoder, input);
  Builder builder{*this, make, false, config.tied};
  builder.append_encoder(config_.encoder);
  code_end_ = layers();
  encoder_parameter_count_ = padded_size(parameters_);
  config_.decoder = with_mirror(config_.decoder, *this);
  if (config.tied) {
    refuse_shortcuts(config_.encoder, "encoder");
    refuse_shortcuts(config_.decoder, "decoder");
  }
  builder.append_decoder(config_.decoder);
  if (config.tied && !builder.weights.empty())
    fail("{}: tied = true, but no layer of the decoder mirrors it", builder.weights.back().place);
  const Shape& made = nodes_.back().layer->output();
  if (!reconstructs(made, output)) fail("{}", explain_misfit(config_, input, output));
  parameter_count_ = padded_size(parameters_);
  for (const Node& node : nodes_) {
    first_sum_.push_back(sums_size_);
    sums_size_ += node.layer->batch_sums().forward + node.layer->batch_sums().backward;
  }
  connect();
}

void Network::connect() {
  consumers_.resize(nodes_.size() + 1);
  for (int i = 0; i < layers(); ++i) {
    consumers_[source(i) + 1].push_back(i);
    if (addend(i)) consumers_[*addend(i) + 1].push_back(i);
  }
  std::vector<int> free_from;  // per slot: the last layer that reads the value in it
  for (int i = -1; i < layers(); ++i) {
    const auto unused = std::ranges::find_if(free_from, [&](int last) { return last < i; });
    slots_of_.push_back(static_cast<int>(unused - free_from.begin()));
    const int last = consumers(i).empty() ? i : consumers(i).back();
    if (unused == free_from.end())
      free_from.push_back(last);
    else
      *unused = last;
  }
  slots_ = static_cast<int>(free_from.size());
}

}  // namespace hourglass
