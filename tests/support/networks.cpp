#include "support/networks.h"

#include <algorithm>
#include <numeric>

#include "hourglass/base/schema/fields_reader.h"
#include "hourglass/base/schema/toml.h"
#include "hourglass/tensor/copy.h"
#include "support/numbers.h"

namespace hourglass {

LayerConfig layer(const std::string& kind, int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
  if (kind == "dense") return {kind, DenseConfig{size}};
  if (kind.starts_with("max_pool") || kind.starts_with("avg_pool")) return {kind, PoolConfig{size, stride, padding}};
  if (kind.starts_with("upsample")) return {kind, UpsampleConfig{size}};
  if (kind == "series") return {kind, SeriesConfig{size}};
  if (kind == "topk") return topk(size);
  if (kind == "gaussian") return {kind, GaussianConfig{size}};
  if (kind.starts_with("conv")) return {kind, ConvConfig{size, kernel, stride, padding}};
  return {kind};
}

LayerConfig residual(std::vector<LayerConfig> branch, std::vector<LayerConfig> shortcut) {
  return {"residual", ResidualConfig{std::move(branch), std::move(shortcut)}};
}

std::vector<LayerConfig> layers(const std::string& toml) {
  const Value root = parse_toml("layers = " + toml, "layers");
  std::vector<LayerConfig> list;
  for (const Value& item : read_list(root.as<Value::Table>()->front().value, "layers"))
    read_kind(item, "layer", list.emplace_back());
  return list;
}

ModelConfig model(std::vector<LayerConfig> encoder, std::vector<LayerConfig> decoder) {
  ModelConfig config;
  config.encoder = std::move(encoder);
  config.decoder = std::move(decoder);
  return config;
}

Tensor fresh_weights(const Network& network, DType dtype, uint64_t seed) {
  Tensor theta(dtype, {network.parameter_count()});
  initialise(network, {}, seed, theta);
  return theta;
}

Workbench::Workbench(const ModelConfig& model, Shape input, const ObjectiveConfig& config, int64_t rows,
                     const CorruptionConfig& noise)
    : network(model, input),
      objective(config, network),
      theta(fresh_weights(network, DType::f64, 1)),
      batch(objective.make_batch(DType::f64, rows, Corruption(noise, 1).is_active())) {
  const View target = batch.target(rows);
  copy(uniforms(DType::f64, target.shape(), 2, 0, 1), target);
  if (batch.clean.size() > 0) {
    std::vector<uint32_t> samples(static_cast<size_t>(rows));
    std::iota(samples.begin(), samples.end(), 0u);
    Corruption(noise, 1).apply(target, 0, samples, batch.input_buffer(rows));
  }
  objective.begin(batch, rows, rows, {.mode = Mode::training});
}

Objective::Totals Workbench::terms() {
  objective.begin(batch, batch.rows(), batch.rows(), {.mode = Mode::training, .epoch = epoch});
  return objective.evaluate(theta, batch);
}

std::vector<double> Workbench::code(ConstView input) {
  MicroBatch pass(network, DType::f64, input.rows());
  pass.begin(input, input.rows(), {});
  network.forward(theta, pass, network.code_end());
  return values_of(pass.output(network.code_end() - 1));
}

}  // namespace hourglass
