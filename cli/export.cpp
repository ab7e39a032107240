#include <fmt/format.h>

#include <map>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/file.h"
#include "hourglass/export/onnx.h"

namespace hourglass::cli {

namespace {

const std::map<std::string, OnnxPart> kParts = {
    {"autoencoder", OnnxPart::autoencoder}, {"encoder", OnnxPart::encoder}, {"decoder", OnnxPart::decoder}};

struct Options {
  ModelOptions model;
  std::string part = "autoencoder";
};

void write_onnx(const Options& o) {
  check_output(o.model.output, {".onnx"});
  TrainedModel m = o.model.load();
  const OnnxPart part = kParts.at(o.part);
  m.autoencoder.enter({.encoding = part == OnnxPart::encoder});
  const std::string bytes = onnx_bytes(m.recipe.model, m.autoencoder, part,
                                       {{"recipe", recipe_json(m.recipe)},
                                        {"scaler", scaler_json(m.autoencoder.scaler)},
                                        {"part", o.part},
                                        {"hourglass", HOURGLASS_VERSION}});
  write_file_atomically(o.model.output, bytes);
  fmt::print("{}: the {} as ONNX, {} bytes\n", o.model.output, o.part, bytes.size());
}

}  // namespace

void add_export(CLI::App& app) {
  auto* verb = app.add_subcommand("export", "Write a model as ONNX: its scaler inside, any number of rows");
  auto o = std::make_shared<Options>();
  verb->add_option("MODEL", o->model.model, kModelHelp)->required();
  o->model.declare_output(*verb);
  verb->add_option("--part", o->part, "autoencoder, encoder or decoder")
      ->check(CLI::IsMember({"autoencoder", "encoder", "decoder"}))
      ->capture_default_str();
  verb->callback([o] { write_onnx(*o); });
}

}  // namespace hourglass::cli
