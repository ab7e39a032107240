#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/interchange.h"
#include "hourglass/app/outputs.h"
#include "hourglass/app/sampling.h"
#include "hourglass/model/inference.h"

// encode, decode and reconstruct: a model, data, and a file for what comes out.

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  bool probabilities = false, sample = false;
  uint64_t seed = 0;
};

void write(const Options& o, const TrainedModel& model, const ModelOutput& outputs,
           const std::vector<TextColumn>& kept = {}) {
  write_samples(o.output, model, outputs, o.probabilities ? Categories::probabilities : Categories::texts, kept);
  say("{}: {} reconstructions", o.output, outputs.rows);
}

void encode(const Options& o) {
  const TrainedModel model = open_model(o.model);
  check_output(o.output, {".npy", ".csv"}, {o.model}, model, o.data);
  const Dataset data = open_every_row(model, o.data, print_note);
  const Inference inference(model.autoencoder, o.thread_count());
  const ModelOutput codes = o.sample ? drawn_codes(inference, data, o.seed) : encoded(inference, data);
  write_codes(o.output, codes, data.kept);
  say("{}: {} codes of {}", o.output, codes.rows, codes.sample.text());
}

void decode(const Options& o) {
  const TrainedModel model = open_model(o.model);
  check_output(o.output, {".npy", ".csv", ".png"}, {o.model}, model, o.data);
  const Tensor codes = read_codes(o.data.source, model.autoencoder.network().code().output());
  const Inference inference(model.autoencoder, o.thread_count());
  write(o, model, decoded(inference, codes));
}

void reconstruct(const Options& o) {
  const TrainedModel model = open_model(o.model);
  check_output(o.output, {".npy", ".csv", ".png"}, {o.model}, model, o.data);
  Dataset data = open_every_row(model, o.data, print_note);
  if (o.output.ends_with(".png")) data = data.slice(0, std::min(kMostDrawnSamples, data.rows()));
  const Inference inference(model.autoencoder, o.thread_count());
  write(o, model, reconstructed(inference, data), data.kept);
}

void add(Subcommand app, const char* name, const char* help, void (*action)(const Options&)) {
  auto verb = app.add_subcommand(name, help);
  auto& o = verb.callback(action);
  declare_model(verb, o.model);
  if (action == decode) {
    verb.add_option("--data", o.data.source, "Codes, a row each: .npy, or .csv as encode writes it")
        .required()
        .type_name("DATA");
    declare_threads(verb, o.threads);
  } else {
    declare_data(verb, o.data, o.threads);
    declare_keep(verb, o.data.keep);
  }
  declare_output(verb, o.output);
  if (action == encode) {
    auto sample = verb.add_flag("--sample", o.sample, "Draw the codes of a gaussian layer instead of writing means");
    verb.add_option("--seed", o.seed, "With --sample: seed of the draws").needs(sample).show_default();
    return;
  }
  verb.add_flag("--probabilities", o.probabilities,
                "In .csv: write the probability of every text of a category instead of the likeliest text");
}

}  // namespace

void add_inference(Subcommand app) {
  add(app, "encode", "Write the codes of data: .npy or .csv", encode);
  add(app, "decode", "Turn codes (--data codes.csv) back into samples: .npy, .csv, .png", decode);
  add(app, "reconstruct", "Write reconstructions of the data: .npy, .csv, .png (the first 100)", reconstruct);
}

}  // namespace hourglass::cli
