#include "hourglass/nn/network.h"

#include <algorithm>

#include "hourglass/nn/misfit.h"

namespace hourglass {

namespace {

void refuse_huge(const std::string& place, const Shape& shape) {
  double units = 1;  // the product may not fit an int64_t
  for (const int64_t extent : shape) units *= static_cast<double>(extent);
  if (units > kLargestNetwork) fail("{}: too large: {} (the limit is {} units)", place, shape.text(), kLargestNetwork);
}

/// With all units that are a share of the input's features as a number.
std::vector<LayerConfig> sized(std::vector<LayerConfig> configs, const Shape& input) {
  for (LayerConfig& config : configs)
    if (auto* dense = std::get_if<DenseConfig>(&config.options); dense && dense->divisor > 0)
      dense->units = (input.size() + dense->divisor - 1) / dense->divisor;
  return configs;
}

/// Draws of two gaussian layers would be the same, and the prior is one of the code.
void refuse_inner_gaussian(const ModelConfig& config) {
  const auto is_gaussian = [](const LayerConfig& c) { return std::holds_alternative<GaussianConfig>(c.options); };
  for (size_t i = 0; i + 1 < config.encoder.size(); ++i)
    if (is_gaussian(config.encoder[i]))
      fail("encoder[{}] gaussian: is followed by {}; expected it at the end of the encoder, its output is the code", i,
           config.encoder[i + 1].kind);
  for (size_t i = 0; i < config.decoder.size(); ++i)
    if (is_gaussian(config.decoder[i]))
      fail("decoder[{}] gaussian: a gaussian layer ends the encoder, the decoder has none", i);
}

int64_t padded_size(const std::vector<Parameter>& parameters) {
  return parameters.empty() ? 0 : (parameters.back().offset + parameters.back().shape.size() + 15) / 16 * 16;
}

template <class State>
std::vector<State*> states(const std::vector<std::unique_ptr<Layer>>& layers) {
  std::vector<State*> all;
  for (const auto& layer : layers)
    for (LayerState& s : layer->state()) all.push_back(&s);
  return all;
}

}  // namespace

Network::Network(const ModelConfig& config, Shape input, Shape output, MakeLayer* make) : input_(input) {
  refuse_huge("input", input);
  refuse_inner_gaussian(config);
  std::vector<MirroredWeight> weights;
  if (is_layered(input)) layers_.push_back(make_reorder(input, false));
  const ModelConfig with_units{sized(config.encoder, input), sized(config.decoder, input), config.tied, config.init};
  append(with_units.encoder, "encoder", false, weights, make);
  code_end_ = layers();
  encoder_parameter_count_ = padded_size(parameters_);
  append(with_units.decoder, "decoder", config.tied, weights, make);
  if (config.tied && !weights.empty())
    fail("{}: tied = true, but no layer of the decoder mirrors it", weights.back().place);
  const Shape& made = layers_.back()->output();
  const bool same = made == output || (made.rank() == 1 && made.size() == output.size());
  if (!same)
    fail("decoder: its output {} is not the shape of the input {}\n{}", made.text(), output.text(),
         explain_misfit(with_units, input, output));
  parameter_count_ = padded_size(parameters_);
  for (const auto& layer : layers_) {
    first_sum_.push_back(sums_size_);
    sums_size_ += layer->batch_sums().forward + layer->batch_sums().backward;
  }
}

void Network::append(const std::vector<LayerConfig>& configs, const std::string& name, bool is_tied,
                     std::vector<MirroredWeight>& weights, MakeLayer* make) {
  const bool is_decoder = name == "decoder";
  // A final activation works in any order, so the change to the data's order comes before it.
  const bool ends_in_activation = find_activation(configs.back().kind).has_value();
  const size_t plain_from = is_decoder ? configs.size() - ends_in_activation : configs.size() + 1;
  const auto shape = [&] { return layers_.empty() ? input_ : layers_.back()->output(); };
  for (size_t i = 0; i < configs.size(); ++i) {
    const bool needs_plain = std::holds_alternative<DenseConfig>(configs[i].options) ||
                             std::holds_alternative<ReshapeConfig>(configs[i].options) ||
                             std::holds_alternative<GaussianConfig>(configs[i].options) || i == plain_from;
    if (needs_plain && is_layered(shape())) layers_.push_back(make_reorder(shape(), true));
    const LayerContext context{configs[i], fmt::format("{}.{}", name, i), shape(), parameters_,
                               is_tied ? &weights : nullptr};
    layers_.push_back(make(context));
    if (const Parameter* weight = layers_.back()->weight(); weight && !is_decoder)
      weights.push_back({context.place(), configs[i].kind, *weight});
    refuse_huge(context.place(), layers_.back()->output());
  }
  if (plain_from == configs.size() && is_layered(shape())) layers_.push_back(make_reorder(shape(), true));
}

bool Network::ends_in_sigmoid() const {
  const auto last = layers_.back()->activation();
  return last && last->kind == Activation::Kind::sigmoid;
}

int64_t Network::weight_count() const {
  int64_t count = 0;
  for (const Parameter& p : parameters_) count += p.shape.size();
  return count;
}

double Network::products() const {
  double products = 0;
  for (const auto& layer : layers_) products += 3.0 * static_cast<double>(layer->products());
  return products;
}

PassContext Network::context_of(int layer, const PassContext& context, std::span<const double> batch_sums) const {
  const auto [forward, backward] = layers_[layer]->batch_sums();
  PassContext own = context;
  if (!batch_sums.empty()) own.batch_sums = batch_sums.subspan(first_sum_[layer], forward + backward);
  return own;
}

bool Network::forward(ConstView theta, MicroBatch& batch, int last, std::span<const double> batch_sums) const {
  const PassContext& context = batch.context();
  for (int& i = batch.next_forward; i < last; ++i) {
    const Layer& layer = *layers_[i];
    const int64_t count = context.mode == Mode::training ? layer.batch_sums().forward : 0;
    if (count > 0 && !batch.has_sums) {
      layer.forward_sums(batch.output(i - 1), std::span(batch.sums).subspan(first_sum_[i], count));
      batch.has_sums = true;
      return false;
    }
    batch.has_sums = false;
    layer.forward(context_of(i, context, batch_sums), theta, batch.input_of(i), batch.output_buffer(i));
  }
  return true;
}

bool Network::backward(ConstView theta, MicroBatch& batch, int top, const AddGradient& add, View grad_theta,
                       std::span<const double> batch_sums) const {
  const bool is_beginning = batch.next_backward < 0;
  if (is_beginning) batch.next_backward = top;
  for (int& i = batch.next_backward; i >= 0; --i) {
    const Layer& layer = *layers_[i];
    const ConstView in = batch.output(i - 1), grad_out = batch.gradient(i);
    const PassContext context = context_of(i, batch.context(), batch_sums);
    if (!batch.has_sums) add(i, batch.gradient(i));
    const auto [skipped, count] = layer.batch_sums();
    if (count > 0 && context.mode == Mode::training && !batch.has_sums) {
      layer.backward_sums(context, in, batch.output(i), grad_out,
                          std::span(batch.sums).subspan(first_sum_[i] + skipped, count));
      batch.has_sums = true;
      return false;
    }
    batch.has_sums = false;
    if (!layer.defers_weight_gradient()) layer.add_parameter_gradient(context, in, grad_out, grad_theta);
    if (i > 0) layer.backward(context, theta, in, batch.output(i), grad_out, batch.gradient(i - 1));
  }
  return true;
}

void Network::add_deferred_gradients(const MicroBatch& batch, int last, View grad_theta) const {
  for (int i = 0; i < last; ++i)
    if (layers_[i]->defers_weight_gradient())
      layers_[i]->add_parameter_gradient(batch.context(), batch.output(i - 1), batch.gradient(i), grad_theta);
}

bool Network::defers_weight_gradients() const {
  return std::any_of(layers_.begin(), layers_.end(), [](const auto& l) { return l->defers_weight_gradient(); });
}

std::vector<LayerState*> Network::state() { return states<LayerState>(layers_); }

std::vector<const LayerState*> Network::state() const { return states<const LayerState>(layers_); }

void Network::update_state(const PassContext& context, std::span<const double> batch_sums) {
  for (int i = 0; i < layers(); ++i) layers_[i]->update_state(context_of(i, context, batch_sums));
}

}  // namespace hourglass
