#include "hourglass/nn/network.h"

namespace hourglass {

namespace {

void refuse_huge(const std::string& place, const Shape& shape) {
  double units = 1;  // the product may not fit an int64_t
  for (const int64_t extent : shape) units *= static_cast<double>(extent);
  if (units > kLargestNetwork) fail("{}: too large: {} (the limit is {} units)", place, shape.text(), kLargestNetwork);
}

/// With every size that is a share of the input's features as a number.
std::vector<LayerConfig> sized(std::vector<LayerConfig> configs, const Shape& input) {
  for (LayerConfig& config : configs)
    if (config.divisor > 0) config.size = (input.size() + config.divisor - 1) / config.divisor;
  return configs;
}

int64_t padded_size(const std::vector<Parameter>& parameters) {
  return parameters.empty() ? 0 : (parameters.back().offset + parameters.back().shape.size() + 15) / 16 * 16;
}

}  // namespace

Network::Network(const ModelConfig& config, Shape input, Shape output) : input_(input) {
  refuse_huge("input", input);
  std::vector<MirroredWeight> weights;
  if (is_layered(input)) layers_.push_back(make_reorder(input, false));
  append(sized(config.encoder, input), "encoder", false, weights);
  code_end_ = layers();
  encoder_parameter_count_ = padded_size(parameters_);
  append(sized(config.decoder, input), "decoder", config.tied, weights);
  if (config.tied && !weights.empty())
    fail("{}: tied = true, but no layer of the decoder mirrors it", weights.back().place);
  const Shape& made = layers_.back()->output();
  const bool same = made == output || (made.rank() == 1 && made.size() == output.size());
  if (!same) fail("decoder: its output {} is not the shape of the input {}", made.text(), output.text());
  parameter_count_ = padded_size(parameters_);
}

void Network::append(const std::vector<LayerConfig>& configs, const std::string& name, bool is_tied,
                     std::vector<MirroredWeight>& weights) {
  const bool is_decoder = name == "decoder";
  // A final activation works in any order, so the change to the data's order comes before it.
  const bool ends_in_activation = find_activation(configs.back().kind).has_value();
  const size_t plain_from = is_decoder ? configs.size() - ends_in_activation : configs.size() + 1;
  const auto shape = [&] { return layers_.empty() ? input_ : layers_.back()->output(); };
  for (size_t i = 0; i < configs.size(); ++i) {
    const bool needs_plain = configs[i].kind == "dense" || i == plain_from;
    if (needs_plain && is_layered(shape())) layers_.push_back(make_reorder(shape(), true));
    const LayerContext context{configs[i], fmt::format("{}.{}", name, i), shape(), parameters_,
                               is_tied ? &weights : nullptr};
    layers_.push_back(make_layer(context));
    if (const Parameter* weight = layers_.back()->weight(); weight && !is_decoder)
      weights.push_back({context.place(), configs[i].kind, *weight});
    refuse_huge(context.place(), layers_.back()->output());
  }
  if (plain_from == configs.size() && is_layered(shape())) layers_.push_back(make_reorder(shape(), true));
}

bool Network::ends_in_sigmoid() const {
  const Activation* last = layers_.back()->activation();
  return last && last->kind == Activation::Kind::sigmoid;
}

Activations Network::activations(DType dtype, int64_t capacity) const {
  Activations a{{}, {}, capacity};
  for (const auto& layer : layers_) {
    a.memory.emplace_back(dtype, Shape{capacity, layer->output().size()});
    a.values.push_back(a.memory.back());
  }
  return a;
}

void Network::forward(ConstView theta, const InputRows& in, Activations& a, int first, int last) const {
  const int64_t rows = in.rows();
  HOURGLASS_CHECK(rows <= a.capacity);
  InputRows previous = in;
  for (int i = first; i < last; ++i) {
    const View out = value(a, i, rows);
    layers_[i]->forward(theta, previous, out);
    previous = out;
  }
}

}  // namespace hourglass
