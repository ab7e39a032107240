#include "fuzz/seeds.h"

#include <array>
#include <cstring>

#include "data/idx_bytes.h"
#include "data/image_bytes.h"
#include "data/zip_bytes.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/table.h"
#include "hourglass/model/model_file.h"
#include "hourglass/run/checkpoint_file.h"
#include "hourglass/run/run_metrics.h"

namespace hourglass::fuzz {
namespace {

/// One recipe with every section and most kinds of layers, for images of 1 × 8 × 8.
constexpr const char* kConvolutions = R"(description = "every kind"
[data]
source = "rows.npy"
scale = "none"
validation = 0.25
[model]
encoder = [{ conv2d = 2, kernel = 3, stride = 2, padding = 1 }, "sigmoid", { max_pool2d = 2 }]
decoder = [{ conv_transpose2d = 2, kernel = 2, stride = 2 }, "sigmoid", { conv_transpose2d = 1, kernel = 2, stride = 2 }, "sigmoid"]
init = { normal = 0.1 }
[objective]
reconstruction = "bce"
sparse_kl = { weight = 0.01, target = 0.1, on = "hidden", reduction = "mean" }
sparse_l1 = { weight = 0.01 }
weight_decay = { weight = 1e-5 }
[corruption]
masking = 0.25
[train]
epochs = 3
batch_size = 4
optimizer = { adam = 1e-3, beta1 = 0.8, beta2 = 0.99, epsilon = 1e-7 }
schedule = { cosine = 0.1, warmup_steps = 2 }
early_stopping = { patience = 2, min_delta = 1e-4 }
seed = 7
)";

constexpr const char* kTied = R"([data]
source = "rows.npy"
scale = "standard"
[model]
encoder = [{ dense = 5 }, "gelu", { dense = 3 }, { topk = 1, from = 3, alpha = 2.5 }]
decoder = [{ dense = 5 }, { elu = 0.5 }, { dense = 6 }, { leaky_relu = 0.1 }]
tied = true
init = "he"
[objective]
contractive = { weight = 0.1, probes = 2 }
hessian = { weight = 0.1, std = 0.2, samples = 2, probes = 1 }
[train]
optimizer = { sgd = 0.1, momentum = 0.9 }
)";

constexpr const char* kTable = R"([data]
source = "table.csv"
scale = "robust"
missing = "mean"
label = "state"
categorical = ["city"]
ignore = ["id"]
classes = ["bad", "good"]
images = { width = 3, height = 2, fit = "crop", colour = "grey" }
[model]
encoder = [{ dense = "input/2" }]
decoder = [{ dense = "input" }]
[objective]
trim = 0.05
[corruption]
salt_pepper = 0.1
[train]
checkpoint = { epochs = 2, minutes = 0.5 }
[anomaly]
quantile = 0.9
)";
constexpr const char* kRows = "id,a,b,city,state\n7,1,2.5,Bern,good\n8,-3e2,?,Chur,bad\n9,4,1,\"Bern\",good\n";

Dataset rows_of(const Shape& sample, int64_t rows) {
  std::vector<uint8_t> values;
  for (int64_t i = 0; i < rows * sample.size(); ++i) values.push_back(static_cast<uint8_t>(i * 37 % 251));
  return {"rows", sample, std::move(values), {}};
}

class Epochs final : public RunListener {
 public:
  explicit Epochs(std::vector<EpochRecord>& all) : all_(all) {}
  void on_epoch(const EpochRecord& epoch) override { all_.push_back(epoch); }

 private:
  std::vector<EpochRecord>& all_;
};

std::string without_length(const std::string& file) {
  uint64_t length;
  std::memcpy(&length, file.data(), sizeof length);
  return file.substr(sizeof length, length) + "\n" + file.substr(sizeof length + length);
}

std::string model_file(const Recipe& recipe, const Dataset& data, const std::optional<AnomalyScale>& anomaly = {}) {
  Autoencoder model(recipe.model, data.sample);
  initialise(model.network(), recipe.model.init, 1, model.theta());
  model.scaler = fit_scaler(recipe.data, data, std::array{0u, 1u, 2u});
  model.scaler.columns = data.columns;
  return model_bytes(recipe, model, anomaly);
}

std::vector<std::string> model_files() {
  const Recipe table = parse_recipe(kTable, "seed");
  const Dataset rows = read_table(kRows, "table.csv", table.data.read);
  const auto features = static_cast<int64_t>(rows.columns.size());
  AnomalyEvidence evidence{.kinds = {Evidence::output_distance, Evidence::tails}, .fitted_rows = 2};
  evidence.groups = one_hot_groups(rows.columns, table.data.read.categorical);
  evidence.levels = std::vector<double>(2 * AnomalyEvidence::kLevels, 1.0);
  evidence.rows = std::vector<float>(2 * features, 0.5f);
  return {model_file(table, rows, AnomalyScale{std::vector<float>(features, 0.5f), 2.0, 0.9, evidence}),
          model_file(parse_recipe(kConvolutions, "seed"), rows_of({1, 8, 8}, 3)),
          model_file(parse_recipe(kTied, "seed"), rows_of({6}, 3)),
          model_file(table, rows, AnomalyScale{std::vector<float>(rows.columns.size(), 0.5f), 2.0, 0.9})};
}

/// A checkpoint as early versions wrote it.
std::string with_metrics_as_text(const std::string& checkpoint, const std::vector<EpochRecord>& epochs) {
  SafeTensors file = parse_checkpoint(checkpoint, "seed");
  file.tensors.erase("metrics");
  file.metadata.erase("columns");
  std::string& text = file.metadata["metrics"];
  for (const EpochRecord& epoch : epochs) text += epoch_json(epoch) + "\n";
  return checkpoint_bytes({file.tensors.begin(), file.tensors.end()}, file.metadata);
}

Recipe small_recipe() { return parse_recipe(kConvolutions, "seed", std::array{std::string("data.scale=unit")}); }

}  // namespace

std::vector<std::string> idx_seeds() { return {idx_bytes({2, 3, 4}), idx_bytes({5}), gzipped(idx_bytes({2, 3, 4}))}; }

std::vector<std::string> gzip_seeds() { return {gzipped("a text, a text, a text"), gzipped("")}; }

std::vector<std::string> npy_seeds() {
  Tensor t(DType::f64, {2, 1, 3});
  for (int i = 0; i < 6; ++i) t.as<double>()[i] = i * 0.5;
  const std::string bytes = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1), }\n";
  return {npy_bytes(t), npy_bytes(t.cast(DType::f32)),
          std::string("\x93NUMPY\x02\x00", 8) + static_cast<char>(bytes.size()) + std::string(3, '\0') + bytes + "abc"};
}

std::vector<std::string> npz_seeds() {
  const std::string array = npy_bytes(Tensor(DType::f32, {3, 4}));
  return {zip_bytes({{"x.npy", array}}), zip_bytes({{"x.npy", array}}, true)};
}

std::vector<std::string> table_seeds() {
  return {kRows, "1;2\n3;4\n", "\"x\ty\"\t\"say \"\"a\"\"\"\n1\tNaN\n\n2\tz\n"};
}

std::vector<std::string> image_seeds() {
  std::vector<std::string> all;
  for (const int64_t channels : {1, 3}) {
    Image image{9, 7, channels, {}};
    for (int64_t i = 0; i < 63 * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 37));
    all.insert(all.end(), {png_bytes(image), jpeg_of(image)});
  }
  return all;
}

std::vector<std::string> safetensors_seeds() { return model_files(); }

std::vector<std::string> recipe_seeds() { return {kConvolutions, kTied, kTable}; }

std::vector<std::string> metrics_seeds() {
  EpochRecord epoch;
  epoch.epoch = 1;
  epoch.train = {0.5, 0.25, {{"sparse_kl", 2.0}, {"contractive", 18.0}}};
  std::string lines = epoch_json(epoch) + "\n";
  epoch.epoch = 2;
  epoch.validation = Terms{1e-300, std::numeric_limits<double>::quiet_NaN(), {}};
  epoch.test = Terms{0.1 + 0.2, 0.2, {}};
  return {lines, lines + epoch_json(epoch) + "\n"};
}

std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds;
  for (const std::string& file : model_files()) seeds.push_back(without_length(file));
  return seeds;
}

std::vector<std::string> checkpoint_seeds() {
  SmallRun run;
  std::vector<std::string> seeds = {without_length(run.trainer.checkpoint(run.epochs))};
  for (const int steps : {2, 3, 100}) {
    run.train(steps);
    seeds.push_back(without_length(run.trainer.checkpoint(run.epochs)));
  }
  seeds.push_back(without_length(with_metrics_as_text(run.trainer.checkpoint(run.epochs), run.epochs)));
  return seeds;
}

std::string with_header_length(std::string_view header_and_data) {
  const size_t end = std::min(header_and_data.find('\n'), header_and_data.size());
  const uint64_t length = end;
  std::string file(reinterpret_cast<const char*>(&length), sizeof length);
  file += header_and_data.substr(0, end);
  return file += header_and_data.substr(std::min(end + 1, header_and_data.size()));
}

SmallRun::SmallRun()
    : recipe(small_recipe()),
      data(rows_of({1, 8, 8}, 20)),
      model(recipe.model, data.sample),
      trainer(recipe, model, data, nullptr, 1) {
  initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
}

void SmallRun::train(int steps) {
  Epochs listener(epochs);
  trainer.run({listener, [&] { return --steps <= 0; }, [] {}});
}

}  // namespace hourglass::fuzz
