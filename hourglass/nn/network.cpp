#include "hourglass/nn/network.h"

#include <algorithm>

namespace hourglass {

namespace {

template <class State>
std::vector<State*> states(const auto& nodes) {
  std::vector<State*> all;
  for (const auto& node : nodes)
    for (LayerState& s : node.layer->state()) all.push_back(&s);
  return all;
}

}  // namespace

bool Network::ends_in_sigmoid() const {
  const auto last = nodes_.back().layer->activation();
  return last && last->kind == Activation::Kind::sigmoid;
}

int64_t Network::weight_count() const {
  int64_t count = 0;
  for (const Parameter& p : parameters_) count += p.shape.size();
  return count;
}

double Network::products() const {
  double products = 0;
  for (const Node& node : nodes_) products += 3.0 * static_cast<double>(node.layer->products());
  return products;
}

PassContext Network::context_of(int layer, const PassContext& context, std::span<const double> batch_sums) const {
  const auto [forward, backward] = nodes_[layer].layer->batch_sums();
  PassContext own = context;
  if (!batch_sums.empty()) own.batch_sums = batch_sums.subspan(first_sum_[layer], forward + backward);
  return own;
}

int Network::find(std::string_view name) const {
  const auto found = std::ranges::find(nodes_, name, &Node::name);
  HOURGLASS_CHECK(found != nodes_.end());
  return static_cast<int>(found - nodes_.begin());
}

bool Network::is_last_consumer(int i, int output, int top) const {
  return std::ranges::none_of(consumers(output), [&](int consumer) { return consumer > i && consumer <= top; });
}

bool Network::forward(ConstView theta, MicroBatch& batch, int last, std::span<const double> batch_sums) const {
  const PassContext& context = batch.context();
  for (int& i = batch.next_forward; i < last; ++i) {
    const Layer& layer = this->layer(i);
    const int64_t count = context.mode == Mode::training ? layer.batch_sums().forward : 0;
    if (count > 0 && !batch.has_sums) {
      layer.forward_sums(batch.output(source(i)), std::span(batch.sums).subspan(first_sum_[i], count));
      batch.has_sums = true;
      return false;
    }
    batch.has_sums = false;
    layer.forward(context_of(i, context, batch_sums), theta, batch.input_of(i), batch.output_buffer(i));
    if (addend(i)) ops::add_scaled(1.0, batch.output(*addend(i)), batch.output_buffer(i));
  }
  return true;
}

bool Network::backward(ConstView theta, MicroBatch& batch, int top, const AddGradient& add, View grad_theta,
                       std::span<const double> batch_sums) const {
  const bool is_beginning = batch.next_backward < 0;
  if (is_beginning) batch.next_backward = top;
  const auto gradient = [&](std::optional<int> i) { return i && *i >= 0 ? batch.gradient(*i) : View(); };
  for (int& i = batch.next_backward; i >= 0; --i) {
    const Layer& layer = this->layer(i);
    const ConstView in = batch.output(source(i)), grad_out = batch.gradient(i);
    const PassContext context = context_of(i, batch.context(), batch_sums);
    if (!batch.has_sums) {
      if (i != top && is_last_consumer(i, i, top)) clear(batch.gradient(i));  // no layer up to `top` reads its output
      add(i, batch.gradient(i));
    }
    const auto [skipped, count] = layer.batch_sums();
    if (count > 0 && context.mode == Mode::training && !batch.has_sums) {
      layer.backward_sums(context, in, batch.output(i), grad_out,
                          std::span(batch.sums).subspan(first_sum_[i] + skipped, count));
      batch.has_sums = true;
      return false;
    }
    batch.has_sums = false;
    if (!layer.defers_weight_gradient()) layer.add_parameter_gradient(context, in, grad_out, grad_theta);
    pull_back(i, top, grad_out, gradient(source(i)), gradient(addend(i)), batch.arena(),
              [&](View grad_in) { layer.backward(context, theta, in, batch.output(i), grad_out, grad_in); });
  }
  return true;
}

void Network::add_deferred_gradients(const MicroBatch& batch, int last, View grad_theta) const {
  for (int i = 0; i < last; ++i)
    if (nodes_[i].layer->defers_weight_gradient())
      nodes_[i].layer->add_parameter_gradient(batch.context(), batch.output(source(i)), batch.gradient(i), grad_theta);
}

bool Network::defers_weight_gradients() const {
  return std::ranges::any_of(nodes_, [](const Node& n) { return n.layer->defers_weight_gradient(); });
}

void Network::add_batch_gradients(std::span<const double> batch_sums, int64_t batch_rows, int64_t first,
                                  View grad) const {
  const PassContext context{.mode = Mode::training, .batch_rows = batch_rows};
  for (int i = 0; i < layers(); ++i)
    if (layer(i).batch_sums().backward > 0)
      layer(i).add_batch_gradient(context_of(i, context, batch_sums), first, grad);
}

void Network::check_batch(int64_t rows) const {
  for (const Node& node : nodes_) node.layer->check_batch(rows);
}

std::vector<LayerState*> Network::state() { return states<LayerState>(nodes_); }

std::vector<const LayerState*> Network::state() const { return states<const LayerState>(nodes_); }

void Network::update_state(const PassContext& context, std::span<const double> batch_sums) {
  for (int i = 0; i < layers(); ++i) nodes_[i].layer->update_state(context_of(i, context, batch_sums));
}

}  // namespace hourglass
