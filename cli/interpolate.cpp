#include <fmt/format.h>

#include <vector>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/outputs.h"
#include "hourglass/app/sampling.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<int64_t> rows;
  int64_t steps = 10;
  bool probabilities = false;
};

void interpolate(const Options& o) {
  if (o.rows.size() != 2) fail("--rows: expected two row numbers, as 0,7, found {}", o.rows.size());
  const TrainedModel model = open_model(o.model);
  check_output(o.output, {".npy", ".csv", ".png"}, {o.model}, model, o.data);
  const Dataset data = open_every_row(model, o.data, print_note);
  const Inference inference(model.autoencoder, o.thread_count());
  const Tensor codes = interpolated_codes(inference, data, o.rows[0], o.rows[1], o.steps);
  write_samples(o.output, model, decoded(inference, codes),
                o.probabilities ? Categories::probabilities : Categories::texts);
  say("{}: {} samples from row {} to row {}", o.output, o.steps, o.rows[0], o.rows[1]);
}

}  // namespace

void add_interpolate(Subcommand app) {
  auto verb = app.add_subcommand("interpolate", "Decode codes on the line between those of two rows: .npy, .csv, .png");
  auto& o = verb.callback(interpolate);
  declare_model(verb, o.model);
  declare_data(verb, o.data, o.threads);
  verb.add_option("--rows", o.rows, "The two rows, counted from 0: 0,7").required().separated_by(',').one_value_each();
  verb.add_option("--steps", o.steps, "Number of samples, those of both rows included")
      .between(int64_t{2}, int64_t{1} << 31)
      .show_default();
  declare_output(verb, o.output);
  verb.add_flag("--probabilities", o.probabilities,
                "In .csv: write the probability of every text of a category instead of the likeliest text");
}

}  // namespace hourglass::cli
