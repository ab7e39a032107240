#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/outputs.h"
#include "hourglass/app/sampling.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  int64_t count = 64;
  uint64_t seed = 0;
  double temperature = 1;
  bool probabilities = false;
};

void sample(const Options& o) {
  const TrainedModel model = open_model(o.model);
  check_output(o.output, {".npy", ".csv", ".png"}, files_of_model(o.model));
  const Tensor codes = prior_codes(model, o.count, o.temperature, o.seed);
  const Inference inference(model.autoencoder, o.thread_count());
  write_samples(o.output, model, decoded(inference, codes),
                o.probabilities ? Categories::probabilities : Categories::texts);
  say("{}: {} samples", o.output, o.count);
}

}  // namespace

void add_sample(Subcommand app) {
  auto verb = app.add_subcommand("sample", "Draw codes from the prior of a variational model and decode them");
  auto& o = verb.callback(sample);
  declare_model(verb, o.model);
  verb.add_option("-n,--count", o.count, "Number of samples; a .png shows the first 100")
      .between(int64_t{1}, int64_t{1} << 31)
      .show_default();
  verb.add_option("--temperature", o.temperature, "Factor of the draws from N(0, I): below 1 more typical samples")
      .positive()
      .show_default();
  verb.add_option("--seed", o.seed, "Seed of the draws").show_default();
  declare_threads(verb, o.threads);
  declare_output(verb, o.output);
  verb.add_flag("--probabilities", o.probabilities,
                "In .csv: write the probability of every text of a category instead of the likeliest text");
}

}  // namespace hourglass::cli
