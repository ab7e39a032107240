#include "support/networks.h"

#include <algorithm>
#include <numeric>

#include "support/numbers.h"

namespace hourglass {

LayerConfig layer(const std::string& kind, int64_t size, int64_t kernel, int64_t stride, int64_t padding) {
  LayerConfig config;
  config.kind = kind;
  config.size = size;
  config.kernel = kernel;
  config.stride = stride;
  config.padding = padding;
  return config;
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
      lane(objective.make_lane(DType::f64, rows, Corruption(noise, 1).is_active())) {
  lane.rows = rows;
  lane.target = uniforms(DType::f64, lane.target.shape(), 2, 0, 1);
  if (lane.noisy.size() == 0) return;
  std::vector<uint32_t> samples(static_cast<size_t>(rows));
  std::iota(samples.begin(), samples.end(), 0u);
  Corruption(noise, 1).apply(lane.target, 0, samples, lane.noisy);
}

Objective::Totals Workbench::terms() {
  std::vector<double> sums(static_cast<size_t>(objective.sums_size()));
  objective.prepare(theta);
  objective.forward(theta, lane, lane.rows);
  objective.combine({&lane.sums, 1}, sums);
  return objective.terms(theta, sums, lane.rows);
}

}  // namespace hourglass
