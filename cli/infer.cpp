#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/file.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/model/inference.h"
#include "hourglass/report/plot/image_grid.h"

// encode, decode and reconstruct: a model, data, and a file for what comes out.

namespace hourglass::cli {

namespace {

constexpr int64_t kPictured = 100;  // samples shown in a .png: more would not be looked at

Tensor read_codes(const std::string& path) {
  const std::string bytes = read_file(path);
  if (!is_npy(bytes)) fail("{}: expected codes as .npy, as written by `hourglass encode`", path);
  const NpyArray array = parse_npy(bytes, path);
  if (array.shape.rank() < 2) fail("{}: expected codes (rows, units), found {} values", path, array.shape.text());
  Tensor codes(DType::f32, array.shape);
  std::visit([&](const auto& values) { std::copy(values.begin(), values.end(), codes.as<float>()); }, array.values);
  return codes;
}

/// What the network gave, as a picture or in the data's units.
void write_samples(const Autoencoder& model, const std::string& path, Tensor made) {
  if (path.ends_with(".png")) {
    uncenter(model.scaler, made);
    const auto shown = made.view().slice(0, std::min(kPictured, made.rows()));
    write_file_atomically(path, png_bytes(tile(shown, model.network().input())));
  } else {
    to_data_units(model.scaler, made);
    write_rows(path, made, model.scaler.columns);
  }
  fmt::print("{}: {} reconstructions\n", path, made.rows());
}

void encode(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv"});
  TrainedModel model = o.load();
  const Dataset data = o.open_each_row(model);
  const Tensor codes = Inference(model.autoencoder, o.thread_count()).encode(data);
  write_rows(o.output, codes);
  fmt::print("{}: {} codes of {}\n", o.output, codes.rows(), model.autoencoder.network().code().output().text());
}

void decode(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv", ".png"});
  const TrainedModel model = o.load();
  const Tensor codes = read_codes(o.data);
  write_samples(model.autoencoder, o.output, Inference(model.autoencoder, o.thread_count()).decode(codes));
}

void reconstruct(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv", ".png"});
  const TrainedModel model = o.load();
  Dataset data = o.open_each_row(model);
  if (o.output.ends_with(".png")) data = data.slice(0, std::min(kPictured, data.rows()));
  write_samples(model.autoencoder, o.output, Inference(model.autoencoder, o.thread_count()).reconstruct(data));
}

void add(Subcommand app, const char* name, const char* help, void (*action)(const ModelOptions&)) {
  auto verb = app.add_subcommand(name, help);
  auto o = std::make_shared<ModelOptions>();
  o->declare(verb);
  o->declare_output(verb);
  verb.callback([o, action] { action(*o); });
}

}  // namespace

void add_encode(Subcommand app) { add(app, "encode", "Write the codes of data: .npy or .csv", encode); }

void add_decode(Subcommand app) {
  add(app, "decode", "Turn codes (--data codes.npy) back into samples: .npy, .csv, .png", decode);
  auto verb = app.get_subcommand("decode");
  verb.get_option("--data").required().description("Codes as .npy, (rows, units)");
  verb.remove_option("--split");
}

void add_reconstruct(Subcommand app) {
  add(app, "reconstruct", "Write what the model makes of data: .npy, .csv, .png (the first 100)", reconstruct);
}

}  // namespace hourglass::cli
