#include "hourglass/export/onnx.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "hourglass/export/onnx_graph.h"
#include "hourglass/export/onnx_layers.h"

namespace hourglass {

namespace {

constexpr int64_t kMaxFileBytes = std::numeric_limits<int32_t>::max();  // limit of protobuf

/// Throws Error when the file would be too large.
void check_size(const Network& network, const std::map<std::string, std::string>& metadata) {
  constexpr int64_t kPerFeature = 5;  // fill, offset, factor, mean, residual unit
  int64_t other = int64_t{1} << 20;   // the graph
  other += kPerFeature * network.input().size() * size_of(DType::f32);
  for (const auto& [key, value] : metadata) other += std::ssize(key) + std::ssize(value);
  const int64_t bytes = network.parameter_count() * size_of(DType::f32);
  if (bytes + other > kMaxFileBytes)
    fail("the weights take {} bytes, an ONNX file has space for {}", bytes, kMaxFileBytes - other);
}

/// Adds the parts of an autoencoder to a graph.
class AutoencoderGraph {
 public:
  AutoencoderGraph(const Autoencoder& model, const PassContext& context)
      : network_(model.network()), context_(context), scaler_(model.scaler), weights_(model.weights()) {}

  OnnxGraph graph;

  /// Layers called PART.0, PART.1, …
  std::string run(const std::vector<LayerConfig>& layers, const std::string& part, std::string x) {
    for (size_t i = 0; i < layers.size(); ++i) {
      const std::string name = fmt::format("{}.{}", part, i);
      if (const auto* o = std::get_if<ResidualConfig>(&layers[i].options))
        x = graph.node("Add", {run(o->residual, name + ".residual", x), run(o->shortcut, name + ".shortcut", x)});
      else
        x = add_layer(graph, layer_of(layers[i], name), weights_, x);
    }
    return x;
  }

  /// (raw − offset) · factor with missing values imputed first, as gather() computes it. A graph draws nothing: with
  /// binarise = "sample" or "resample" it takes zeros and ones.
  std::string scaled(std::string raw) {
    if (!scaler_.fill.empty())
      raw = graph.node("Where", {graph.node("IsNaN", {raw}), per_feature("scaler.fill", scaler_.fill), raw});
    const std::string x =
        apply(apply(raw, "Sub", "scaler.offset", scaler_.offset, 0), "Mul", "scaler.factor", scaler_.factor, 1);
    if (scaler_.binarise != Binarisation::threshold) return x;
    const std::string is_one = graph.node("GreaterOrEqual", {x, graph.constant("scaler.threshold", {0.5F}, {1})});
    return graph.node("Cast", {is_one}, {{"to", int64_t{onnx::TensorProto::FLOAT}}});
  }

  std::string in_data_units(const std::string& x) {
    if (scaler_.kind == ScalerKind::unit) return x;
    if (scaler_.kind != ScalerKind::center)
      return apply(apply(x, "Div", "scaler.factor", scaler_.factor, 1), "Add", "scaler.offset", scaler_.offset, 0);
    std::vector<float> mean = scaler_.offset;
    for (size_t j = 0; j < mean.size(); ++j) mean[j] *= scaler_.factor[j];
    return apply(x, "Add", "scaler.mean", mean, 0);
  }

  /// The decoder's output of shape (rows, …output) in the shape of the input.
  std::string reshaped(const std::string& x, const Shape& output) {
    const Shape& sample = network_.input();
    if (output == sample) return x;
    std::vector<int64_t> shape = {0};  // 0: the same number of rows
    shape.insert(shape.end(), sample.begin(), sample.end());
    return graph.node("Reshape", {x, graph.integers(shape)});
  }

  /// Mean over features of ((output − input) / unit)².
  std::string score(const std::string& output, const std::string& input, const std::vector<float>& units) {
    std::vector<int64_t> axes(network_.input().rank());
    std::iota(axes.begin(), axes.end(), 1);
    const std::string terms = graph.node("Div", {graph.node("Sub", {output, input}), per_feature("score.unit", units)});
    return graph.node("ReduceMean", {graph.node("Mul", {terms, terms})}, {{"axes", axes}, {"keepdims", int64_t{0}}});
  }

 private:
  /// Layers that only reorder have no node: images are channels-first in ONNX.
  OnnxLayer layer_of(const LayerConfig& config, const std::string& name) const {
    const int layer = network_.find(name), source = network_.source(layer);
    // Images are channels-last unless a reorder precedes the layer; the first one makes the data so.
    const bool channels_last = source <= 0 || !network_.layer(source).only_reorders();
    return {config, network_.layer(layer), name, network_.shape(source), channels_last, context_};
  }

  /// x op values, with one value per feature or one for all; x itself where all values are `neutral`.
  std::string apply(const std::string& x, const char* op, const char* name, const std::vector<float>& values,
                    float neutral) {
    if (std::ranges::all_of(values, [&](float v) { return v == neutral; })) return x;
    return graph.node(op, {x, per_feature(name, values)});
  }

  std::string per_feature(const char* name, const std::vector<float>& values) {
    return graph.constant(name, values, values.size() == 1 ? Shape{1} : network_.input());
  }

  const Network& network_;
  PassContext context_;
  const Scaler& scaler_;
  std::map<std::string, ConstView> weights_;
};

}  // namespace

std::string onnx_bytes(const Autoencoder& model, OnnxPart part, const std::vector<float>& residual_units,
                       const std::map<std::string, std::string>& metadata) {
  const Network& network = model.network();
  check_size(network, metadata);
  const PassContext context{.mode = part == OnnxPart::encoder ? Mode::encoding : Mode::evaluation};
  const ModelConfig& config = network.config();
  const Shape &sample = network.input(), &code_shape = network.code().output();

  AutoencoderGraph w(model, context);
  std::string input, code;
  if (part == OnnxPart::decoder) {
    code = w.graph.input("code", code_shape);
  } else {
    input = w.scaled(w.graph.input("input", sample));
    code = w.graph.output("code", code_shape, w.run(config.encoder, "encoder", input));
  }
  if (part == OnnxPart::encoder) return std::move(w.graph).bytes(metadata);

  const std::string output = w.reshaped(w.run(config.decoder, "decoder", code), network.shape(network.layers() - 1));
  const bool is_scored = part == OnnxPart::autoencoder && !residual_units.empty();
  const std::string score = is_scored ? w.score(output, input, residual_units) : "";
  w.graph.output("reconstruction", sample, w.in_data_units(output));
  if (is_scored) w.graph.output("score", {}, score);
  return std::move(w.graph).bytes(metadata);
}

}  // namespace hourglass
