#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/app/scoring.h"

namespace hourglass::cli {

namespace {

struct Options {
  ScoringRequest request;
};

std::string share_text(int64_t part, int64_t all) {
  return all == 0 ? "none" : fmt::format("{:.4f}", static_cast<double>(part) / static_cast<double>(all));
}

void print_separation(const ScoredData& scored, const Separation& s) {
  const std::string abnormal = scored.label_text(s.abnormal);
  say("label {} is taken for abnormal: {} of {} rows, {}", abnormal, s.abnormal_rows, s.rows,
      2 * s.abnormal_rows < s.rows ? "the rarer label" : "as many as of the other label");
  say("area under the ROC curve, label {} against {}: {:.4f}; average precision: {:.4f}", abnormal,
      scored.label_text(s.normal), s.roc_auc, s.average_precision);
  say("above the threshold: precision {} ({} of {} rows), recall {} ({} of {} rows)",
      share_text(s.abnormal_above, s.above), s.abnormal_above, s.above, share_text(s.abnormal_above, s.abnormal_rows),
      s.abnormal_above, s.abnormal_rows);
}

void score(const Options& o) {
  const ScoredData scored = score_data(o.request, print_note);
  say("{}: {} rows, {} of them abnormal (score above {:.4g})", o.request.output, scored.scores.size(),
      scored.abnormal_rows, scored.threshold);
  if (!o.request.maps.empty())
    say("{}: pictures of the {} highest scores: the image, its reconstruction, the contribution of every pixel",
        o.request.maps, std::min<int64_t>(o.request.map_count, std::ssize(scored.scores)));
  if (scored.separation) print_separation(scored, *scored.separation);
}

}  // namespace

void add_score(Subcommand app) {
  auto verb = app.add_subcommand("score", "Write anomaly scores and the features that contribute most: .csv, .npy");
  auto& o = verb.callback(score);
  verb.add_option("MODEL", o.request.models, std::string(kModelHelp) + "; the scores of several are averaged")
      .required();
  declare_data(verb, o.request.data, o.request.threads);
  declare_keep(verb, o.request.data.keep);
  declare_output(verb, o.request.output);
  verb.add_option("--rate", o.request.rate, "Label this share of the rows instead of those above the model's threshold")
      .between(1e-9, 1.0);
  verb.add_option("--top", o.request.top, "Number of top contributing features per row")
      .between(0, 1 << 20)
      .show_default();
  verb.add_option("--maps", o.request.maps,
                  "Folder for pictures of the most abnormal images: where in them the score comes from");
  verb.add_option("--map-count", o.request.map_count, "Number of these pictures").between(1, 1 << 20).show_default();
}

}  // namespace hourglass::cli
