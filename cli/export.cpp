#include <fmt/format.h>

#include <map>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/row_files.h"
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
  const auto units = m.anomaly ? m.anomaly->residual_units() : std::vector<float>();
  auto metadata = model_metadata(m.recipe, m.autoencoder, m.anomaly);
  metadata["part"] = o.part;
  if (m.anomaly) metadata["threshold"] = "1";  // of the graph's score
  const std::string bytes = onnx_bytes(m.recipe.model, m.autoencoder, part, units, metadata);
  write_file_atomically(o.model.output, bytes);
  fmt::print("{}: the {} as ONNX, {} bytes\n", o.model.output, o.part, bytes.size());
}

}  // namespace

void add_export(Subcommand app) {
  auto verb = app.add_subcommand("export", "Write a model as ONNX: its scaler inside, any number of rows");
  auto o = std::make_shared<Options>();
  verb.add_option("MODEL", o->model.model, kModelHelp).required();
  o->model.declare_output(verb);
  verb.add_option("--part", o->part, "autoencoder, encoder or decoder")
      .one_of({"autoencoder", "encoder", "decoder"})
      .show_default();
  verb.callback([o] { write_onnx(*o); });
}

}  // namespace hourglass::cli
