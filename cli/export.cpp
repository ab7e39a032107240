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
  const std::string bytes = onnx_bytes(open_model(o.model), *find_named<OnnxPart>(o.part));
  write_file_atomically(o.output, bytes);
  fmt::print("{}: the {} as ONNX, {} bytes\n", o.output, o.part, bytes.size());
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
