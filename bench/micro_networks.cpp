#include <algorithm>

#include "bench/micro.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/source.h"
#include "hourglass/model/inference.h"

namespace hourglass::bench {

namespace {

constexpr const char* kSample = HOURGLASS_SOURCE "/tests/data/mnist-sample";

/// A network of dense layers of these sizes, each followed by the activation, but for the last one where the end is
/// linear; with fresh weights.
struct Dense {
  std::vector<int64_t> encoder, decoder;
  const char* activation;
  bool linear_end = false;
};

std::vector<LayerConfig> layers(const std::vector<int64_t>& sizes, const std::string& activation) {
  std::vector<LayerConfig> layers;
  for (const int64_t size : sizes) {
    layers.push_back({"dense", DenseConfig{size}});
    layers.push_back({activation});
  }
  return layers;
}

Autoencoder fresh(const Dense& dense, Shape input) {
  ModelConfig config;
  config.encoder = layers(dense.encoder, dense.activation);
  config.decoder = layers(dense.decoder, dense.activation);
  if (dense.linear_end) config.decoder.pop_back();
  Autoencoder model(config, input);
  model.scaler.kind = ScalerKind::unit;
  initialise(model.network(), config.init, 42, model.theta());
  return model;
}

/// The sample's images over and over.
Dataset repeated_images(int64_t rows) {
  Dataset data = open_source(kSample).train;
  auto& bytes = std::get<std::vector<uint8_t>>(data.values);
  const auto sample = static_cast<int64_t>(bytes.size());
  bytes.resize(rows * data.sample.size());
  for (auto i = sample; i < static_cast<int64_t>(bytes.size()); ++i) bytes[i] = bytes[i - sample];
  data.labels.clear();
  return data;
}

void encode_60000(benchmark::State& state) {
  const Dataset data = repeated_images(60000);
  const Autoencoder model = fresh({{512, 256, 64}, {256, 512, 784}, "sigmoid"}, data.sample);
  const Inference inference(model, static_cast<int>(state.range(0)), 1000);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(inference.encode(data));
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(data.rows()), benchmark::Counter::kIsIterationInvariantRate);
}

/// MLPerf Tiny's network for anomaly detection, one sample at a time.
void single_stream(benchmark::State& state) {
  const Autoencoder model = fresh({{128, 128, 128, 128, 8}, {128, 128, 128, 128, 640}, "relu", true}, {640});
  const Network& network = model.network();
  MicroBatch batch(network, DType::f32, 1);
  const Tensor sample = noise({1, 640});
  for ([[maybe_unused]] auto _ : state) {
    batch.begin(sample.view(), 1, {});
    network.forward(model.theta(), batch, network.layers());
    benchmark::ClobberMemory();
  }
  state.counters["inferences/s"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace

void add_networks() {
  auto* encode = benchmark::RegisterBenchmark("encode_60000", encode_60000)->ArgName("threads")->Arg(1);
  if (const int threads = available_threads(); threads > 1) encode->Arg(threads);
  encode->UseRealTime()->Unit(benchmark::kMillisecond)->MinTime(2.0);
  benchmark::RegisterBenchmark("single_stream", single_stream)->Unit(benchmark::kMicrosecond);
}

}  // namespace hourglass::bench
