#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/scoring.h"

namespace hourglass::cli {

namespace {

struct Options {
  ScoringRequest request;
};

void score(const Options& o) {
  const ScoredData scored = score_data(o.request, print_note);
  write_scores(o.request.output, scored);
  fmt::print("{}: {} rows, {} of them abnormal (score above {:.4g})\n", o.request.output, scored.scores.score.size(),
             scored.abnormal_rows, scored.threshold);
  if (const auto& s = scored.separation)
    fmt::print("area under the ROC curve, label {} against {}: {:.4f}\n", s->abnormal, s->normal, s->roc_auc);
}

}  // namespace

void add_score(Subcommand app) {
  auto verb = app.add_subcommand("score", "Write anomaly scores and the features that contribute most: .csv, .npy");
  auto& o = verb.callback(score);
  verb.add_option("MODEL", o.request.models, std::string(kModelHelp) + "; the scores of several are averaged")
      .required();
  declare_data(verb, o.request.data, o.request.threads);
  declare_output(verb, o.request.output);
  verb.add_option("--rate", o.request.rate, "Label this share of the rows instead of those above the model's threshold")
      .between(1e-9, 1.0);
  verb.add_option("--top", o.request.top, "Number of top contributing features per row")
      .between(0, 1 << 20)
      .show_default();
}

}  // namespace hourglass::cli
