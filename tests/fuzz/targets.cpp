#include "fuzz/targets.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <stdexcept>

#include "fuzz/seeds.h"
#include "hourglass/base/error.h"
#include "hourglass/data/formats/gzip.h"
#include "hourglass/data/formats/idx.h"
#include "hourglass/data/formats/image.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/formats/npz.h"
#include "hourglass/data/table.h"
#include "hourglass/model/anomaly.h"
#include "hourglass/model/inference.h"
#include "hourglass/model/model_file.h"
#include "hourglass/run/checkpoint_file.h"
#include "hourglass/run/run_metrics.h"
#include "hourglass/train/trainer.h"

namespace hourglass::fuzz {
namespace {

constexpr const char* kName = "fuzz";

void expect(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

void read_idx(std::string_view bytes) {
  const IdxArray array = parse_idx(bytes, kName);
  expect(array.shape.size() == static_cast<int64_t>(array.bytes.size()), "as many bytes as the shape says");
}

void read_gzip(std::string_view bytes) {
  expect(gunzip(bytes, 1 << 16, kName).size() <= 1 << 16, "no more than asked");
}

void read_npy(std::string_view bytes) {
  NpyArray array = parse_npy(bytes, kName);
  auto* floats = std::get_if<std::vector<float>>(&array.values);
  if (!floats) return;
  if (const NpyHeader header = read_npy_header(bytes, kName); !header.fortran) {
    std::vector<float> stored(floats->size());
    npy_decoder(header.type)(bytes.data() + header.start, stored.size(), stored.data());
    expect(stored == *floats, "the same numbers from disk");
  }
  const ConstView view(reinterpret_cast<const std::byte*>(floats->data()), DType::f32, array.shape);
  const NpyArray again = parse_npy(npy_bytes(view), kName);
  expect(again.shape == array.shape && again.values == array.values, "an array comes back");
}

void read_npz(std::string_view bytes) { parse_npz(bytes, "", kName); }

/// By every policy; what is made for a model's features is of their size.
void read_table(std::string_view text) {
  const Table table = scan_table(text, kName);
  std::vector<std::string> columns;
  for (const TableColumn& c : table.columns)
    if (c.texts > 0) columns.push_back(c.name);
  const Dataset data = hourglass::read_table(text, kName, {.missing = MissingValues::mean, .categorical = columns});
  expect(data.rows() == table.rows, "a row of the data for every row of the file");
  const Dataset again =
      hourglass::read_table(text, kName, {.missing = MissingValues::drop, .categorical = columns}, data.columns);
  expect(again.columns == data.columns && again.rows() <= data.rows(), "a model's features come back");

  const auto label = std::ranges::find_if(table.columns, [](auto& c) { return c.texts > 0 && c.missing == 0; });
  if (label == table.columns.end()) return;
  std::erase(columns, label->name);
  ReadOptions how{.missing = MissingValues::mean, .label = label->name, .categorical = columns};
  const Dataset labelled = hourglass::read_table(text, kName, how);
  expect(labelled.labels.size() == static_cast<size_t>(table.rows), "a label for every row");
  how.classes = labelled.classes;
  expect(hourglass::read_table(text, kName, how).labels == labelled.labels, "texts keep their numbers");
}

void read_image(std::string_view bytes) {
  const Image image = decode_image(bytes, kName, 1 << 20);
  expect(static_cast<int64_t>(image.pixels.size()) == image.width * image.height * image.channels,
         "as many pixels as the size says");
  expect(resized(image, 5, 3).pixels.size() == static_cast<size_t>(15 * image.channels), "the size asked for");
}

std::string rewritten(const SafeTensors& file) {
  return safetensors_bytes({file.tensors.begin(), file.tensors.end()}, file.metadata);
}

void read_safetensors(std::string_view bytes) {
  try {
    const NpyArray array = parse_safetensors_array(bytes, "", kName);
    const auto count = std::visit([](const auto& values) { return values.size(); }, array.values);
    expect(array.shape.size() == static_cast<int64_t>(count), "as many values as the shape says");
  } catch (const Error&) {  // the file may still be one of weights
  }
  const std::string once = rewritten(parse_safetensors(bytes, kName));
  expect(rewritten(parse_safetensors(once, kName)) == once, "tensors come back");
}

void read_recipe(std::string_view text) {
  Recipe recipe = parse_recipe(text, kName);
  expect(parse_recipe(recipe_toml(recipe), kName) == recipe, "a recipe comes back from TOML");
  recipe.name.clear();
  expect(recipe_from_json(recipe_json(recipe)) == recipe, "a recipe comes back from JSON");
}

void read_metrics(std::string_view text) {
  const auto written = [](const std::vector<EpochRecord>& epochs) {
    std::string lines;
    for (const EpochRecord& epoch : epochs) lines += epoch_json(epoch) + "\n";
    return lines;
  };
  const std::string once = written(parse_epochs(text, kName));
  expect(written(parse_epochs(once, kName)) == once, "metrics come back");
}

/// A network that reconstructs some rows within a millisecond.
bool is_small(const Network& network) {
  constexpr double kMost = 1e6;
  double work = static_cast<double>(network.input().size());
  for (int i = 0; i < network.layers(); ++i) {
    work += static_cast<double>(network.layer(i).output().size() + network.layer(i).products());
  }
  return work < kMost;
}

void read_model(std::string_view bytes) {
  const TrainedModel model = parse_model(with_header_length(bytes), kName);
  const Network& network = model.autoencoder.network();
  if (!is_small(network)) return;
  const int64_t features = network.input().size();
  const Dataset data{kName, network.input(), std::vector<uint8_t>(static_cast<size_t>(3 * features), 100), {}};
  const Inference inference(model.autoencoder, 1);
  expect(inference.reconstruct(data).size() == 3 * features, "a reconstruction has the input's size");
  if (!model.anomaly) return;
  const AnomalyDetector detector{inference, *model.anomaly};
  for (const double score : anomaly_scores(std::span(&detector, 1), data, 2).score)
    expect(score >= 0, "a score is a number, or infinite");
}

/// With the checksum that the bytes have: without it none but the writer's own would come past it.
void read_checkpoint(std::string_view bytes) {
  const SafeTensors checkpoint = parse_checkpoint(with_checksum(with_header_length(bytes)), kName);
  SmallRun run;
  run.trainer.restore(checkpoint, kName);
  run.train(3);
}

constexpr std::array kTargets = {
    Target{"idx", read_idx, idx_seeds},
    Target{"gzip", read_gzip, gzip_seeds},
    Target{"npy", read_npy, npy_seeds},
    Target{"npz", read_npz, npz_seeds},
    Target{"table", read_table, table_seeds},
    Target{"image", read_image, image_seeds},
    Target{"safetensors", read_safetensors, safetensors_seeds},
    Target{"recipe", read_recipe, recipe_seeds},
    Target{"metrics", read_metrics, metrics_seeds},
    Target{"model", read_model, model_seeds},
    Target{"checkpoint", read_checkpoint, checkpoint_seeds},
};

}  // namespace

std::span<const Target> targets() { return kTargets; }

const Target& find_target(std::string_view name) {
  for (const Target& target : kTargets)
    if (target.name == name) return target;
  fail("no fuzz target \"{}\"", name);
}

}  // namespace hourglass::fuzz
