#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/interchange.h"
#include "hourglass/app/outputs.h"
#include "hourglass/base/file.h"

namespace hourglass::cli {

namespace {

struct Options {
  std::string model, output, part = name_of(OnnxPart::autoencoder);
};

void write_onnx(const Options& o) {
  check_output(o.output, {".onnx"}, files_of_model(o.model));
  const TrainedModel model = open_model(o.model);
  const OnnxPart part = *find_named<OnnxPart>(o.part);
  const std::string bytes = onnx_bytes(model, part);
  write_file_atomically(o.output, bytes);
  if (part == OnnxPart::autoencoder && model.anomaly && model.anomaly->evidence)
    print_note(
        "the graph has no anomaly score: the model's [anomaly] evidence compares rows with stored ones; `hourglass "
        "score`, the C interface and Python compute it");
  say("{}: the {} as ONNX, {} bytes", o.output, o.part, bytes.size());
}

}  // namespace

void add_export(Subcommand app) {
  auto verb = app.add_subcommand("export", "Write a model as ONNX: its scaler inside, any number of rows");
  auto& o = verb.callback(write_onnx);
  declare_model(verb, o.model);
  declare_output(verb, o.output);
  verb.add_option("--part", o.part, "autoencoder, encoder or decoder").one_of(kNames<OnnxPart>).show_default();
}

}  // namespace hourglass::cli
