#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/row_files.h"
#include "hourglass/model/inference.h"

// encode, decode and reconstruct: a model, data, and a file for what comes out.

namespace hourglass::cli {

namespace {

void write(const ModelOptions& o, const Autoencoder& model, Tensor outputs) {
  const int64_t rows = outputs.rows();
  write_samples(o.output, model, std::move(outputs));
  fmt::print("{}: {} reconstructions\n", o.output, rows);
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
  write(o, model.autoencoder, Inference(model.autoencoder, o.thread_count()).decode(codes));
}

void reconstruct(const ModelOptions& o) {
  check_output(o.output, {".npy", ".csv", ".png"});
  const TrainedModel model = o.load();
  Dataset data = o.open_each_row(model);
  if (o.output.ends_with(".png")) data = data.slice(0, std::min(kMostDrawnSamples, data.rows()));
  write(o, model.autoencoder, Inference(model.autoencoder, o.thread_count()).reconstruct(data));
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
  add(app, "reconstruct", "Write reconstructions of the data: .npy, .csv, .png (the first 100)", reconstruct);
}

}  // namespace hourglass::cli
