#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/row_files.h"
#include "hourglass/app/scoring.h"
#include "hourglass/base/file.h"

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<std::string> models;
  double rate = 0;
  int64_t top = 3;
};

void score(const Options& o) {
  check_output(o.output, {".csv", ".npy"});
  const ScoredData scored = score_data({o.models, {o.data, o.split}, o.rate, o.top, o.threads}, print_note);
  write_file_atomically(o.output, o.output.ends_with(".npy") ? scores_npy(scored) : scores_csv(scored));
  fmt::print("{}: {} rows, {} of them abnormal (score above {:.4g})\n", o.output, scored.scores.score.size(),
             scored.abnormal_rows, scored.threshold);
  if (const auto& s = scored.separation)
    fmt::print("area under the ROC curve, label {} against {}: {:.4f}\n", s->abnormal, s->normal, s->roc_auc);
}

}  // namespace

void add_score(Subcommand app) {
  auto verb = app.add_subcommand("score", "Write how abnormal every row is, and by which features: .csv, .npy");
  auto o = std::make_shared<Options>();
  verb.add_option("MODEL", o->models, std::string(kModelHelp) + "; the scores of several are averaged").required();
  o->declare_data(verb);
  o->declare_output(verb);
  verb.add_option("--rate", o->rate, "Label this share of the rows instead of those above the model's threshold")
      .between(1e-9, 1.0);
  verb.add_option("--top", o->top, "Features to name in a row, those that contribute most")
      .between(0, 1 << 20)
      .show_default();
  verb.callback([o] { score(*o); });
}

}  // namespace hourglass::cli
