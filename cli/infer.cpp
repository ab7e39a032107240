#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/file.h"
#include "hourglass/data/npy.h"
#include "hourglass/model/inference.h"
#include "hourglass/report/image.h"

// encode, decode and reconstruct: a model, data, and a file for what comes out.

namespace hourglass::cli {

namespace {

constexpr int64_t kPictured = 100;  // samples shown in a .png: more would not be looked at

/// Values are those of the data the model was trained on: fitted scalers are undone, pixels stay in [0, 1].
void to_data_units(const Scaler& scaler, Tensor& values) {
  if (scaler.kind == "standard" || scaler.kind == "minmax" || scaler.kind == "robust") unscale(scaler, values);
}

Tensor read_codes(const std::string& path) {
  const std::string bytes = read_file(path);
  if (!is_npy(bytes)) fail("{}: expected codes as .npy, as written by `hourglass encode`", path);
  const NpyArray array = parse_npy(bytes, path);
  if (array.shape.rank() < 2) fail("{}: expected codes (rows, units), found {} values", path, array.shape.text());
  Tensor codes(DType::f32, array.shape);
  std::visit([&](const auto& values) { std::copy(values.begin(), values.end(), codes.as<float>()); }, array.values);
  return codes;
}

void encode(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv"});
  TrainedModel model = o.load();
  model.autoencoder.enter({.encoding = true});
  const Dataset data = o.open(model);
  const Tensor codes = Inference(model.autoencoder, o.thread_count()).encode(data);
  write_rows(o.output, codes);
  fmt::print("{}: {} codes of {}\n", o.output, codes.rows(), model.autoencoder.network().code().output().text());
}

void decode(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv", ".png"});
  const TrainedModel model = o.load();
  const Tensor codes = read_codes(o.data);
  Tensor out = Inference(model.autoencoder, o.thread_count()).decode(codes);
  uncenter(model.autoencoder.scaler, out);
  if (o.output.ends_with(".png")) {
    const auto shown = out.view().slice(0, std::min(kPictured, out.rows()));
    write_file_atomically(o.output, png_bytes(tile(shown, model.autoencoder.network().input())));
  } else {
    to_data_units(model.autoencoder.scaler, out);
    write_rows(o.output, out, model.autoencoder.scaler.columns);
  }
  fmt::print("{}: {} reconstructions\n", o.output, out.rows());
}

void reconstruct(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv", ".png"});
  const TrainedModel model = o.load();
  Dataset data = o.open(model);
  const bool picture = o.output.ends_with(".png");
  if (picture) data = data.slice(0, std::min(kPictured, data.rows()));
  Tensor out = Inference(model.autoencoder, o.thread_count()).reconstruct(data);
  uncenter(model.autoencoder.scaler, out);
  if (picture) {
    write_file_atomically(o.output, png_bytes(tile(out, model.autoencoder.network().input())));
  } else {
    to_data_units(model.autoencoder.scaler, out);
    write_rows(o.output, out, model.autoencoder.scaler.columns);
  }
  fmt::print("{}: {} reconstructions\n", o.output, out.rows());
}

void add(CLI::App& app, const char* name, const char* help, void (*action)(const ModelOptions&)) {
  auto* verb = app.add_subcommand(name, help);
  auto o = std::make_shared<ModelOptions>();
  o->declare(*verb);
  o->declare_output(*verb);
  verb->callback([o, action] { action(*o); });
}

}  // namespace

void add_encode(CLI::App& app) { add(app, "encode", "Write the codes of data: .npy or .csv", encode); }

void add_decode(CLI::App& app) {
  add(app, "decode", "Turn codes (--data codes.npy) back into samples: .npy, .csv, .png", decode);
  auto* verb = app.get_subcommand("decode");
  verb->get_option("--data")->required()->description("Codes as .npy, (rows, units)");
  verb->remove_option(verb->get_option("--split"));
}

void add_reconstruct(CLI::App& app) {
  add(app, "reconstruct", "Write what the model makes of data: .npy, .csv, .png (the first 100)", reconstruct);
}

}  // namespace hourglass::cli
