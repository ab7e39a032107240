#include <fmt/format.h>

#include <algorithm>
#include <list>

#include "cli/commands.h"
#include "cli/common.h"
#include "hourglass/base/file.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/formats/csv.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/labels.h"
#include "hourglass/model/anomaly.h"

// score: models, data, and how abnormal every row is.

namespace hourglass::cli {

namespace {

struct Options : ModelOptions {
  std::vector<std::string> models;
  double rate = 0;  ///< 0: the models' own threshold
  int64_t top = 3;
};

/// A model with what running it takes. Stays where it was made.
struct Loaded {
  Loaded(TrainedModel trained, int threads) : model(std::move(trained)), inference(model.autoencoder, threads) {}
  Loaded(const Loaded&) = delete;

  TrainedModel model;
  Inference inference;
};

std::list<Loaded> load_all(const Options& o) {
  std::list<Loaded> all;
  for (const std::string& name : o.models) {
    ModelOptions one = o;
    one.model = name;
    all.emplace_back(one.load(), o.thread_count());
  }
  return all;
}

/// Several models' scores are of the same features, in the same order.
void check_columns(const Options& o, const std::list<Loaded>& models) {
  const auto& expected = models.front().model.autoencoder.scaler.columns;
  auto name = o.models.begin();
  for (const Loaded& m : models) {
    if (m.model.autoencoder.scaler.columns != expected)
      fail("{}: trained on other columns than {}: their scores have no common features", *name, o.models.front());
    ++name;
  }
}

/// The data are read once, as the first model's recipe says.
void check_reading(const Options& o, const std::list<Loaded>& models) {
  const ReadOptions& expected = models.front().model.recipe.data.read;
  auto name = o.models.begin();
  for (const Loaded& m : models) {
    const ReadOptions& read = m.model.recipe.data.read;
    if (read.missing != expected.missing)
      fail("{}: trained with [data] missing = \"{}\", {} with \"{}\": they cannot score the same rows", *name,
           name_of(read.missing), o.models.front(), name_of(expected.missing));
    if (read.images != expected.images)
      fail("{}: trained with other [data] images than {}: they cannot score the same pictures", *name,
           o.models.front());
    ++name;
  }
}

/// A model that was trained without [anomaly] is measured against the rows that are scored.
std::vector<AnomalyDetector> detectors(const Options& o, std::list<Loaded>& models, const Dataset& data) {
  std::vector<AnomalyDetector> all;
  auto name = o.models.begin();
  for (Loaded& m : models) {
    m.model.autoencoder.check_fits(data);
    if (!m.model.anomaly) {
      fmt::print(stderr, "{}: trained without [anomaly], so scores are measured against the rows of {} themselves\n",
                 *name, data.name);
      m.model.anomaly = fit_anomaly_scale(m.inference, data, {}, AnomalyConfig().quantile);
    }
    all.push_back({m.inference, *m.model.anomaly});
    ++name;
  }
  return all;
}

/// The features' names; their numbers from 1 where they have none, as `data inspect` counts.
std::vector<std::string> names(const Autoencoder& model) {
  std::vector<std::string> all;
  for (const std::string& name : model.scaler.columns) all.push_back(csv_cell(name));
  for (auto j = static_cast<int64_t>(all.size()); j < model.network().input().size();)
    all.push_back(std::to_string(++j));
  return all;
}

std::string csv(const AnomalyScores& scores, double threshold, const std::vector<std::string>& features) {
  std::string text = "row,score,label";
  for (int64_t k = 1; k <= scores.top; ++k) text += fmt::format(",feature_{0},share_{0}", k);
  text += '\n';
  for (size_t i = 0; i < scores.score.size(); ++i) {
    text += fmt::format("{},{},{}", i, scores.score[i], scores.score[i] > threshold ? 1 : 0);
    for (const Contribution& c : scores.of(static_cast<int64_t>(i)))
      text += fmt::format(",{},{:.4g}", features[c.feature], c.share);
    text += '\n';
  }
  return text;
}

std::string npy(const AnomalyScores& scores) {
  Tensor column(DType::f64, {static_cast<int64_t>(scores.score.size())});
  std::ranges::copy(scores.score, column.as<double>());
  return npy_bytes(column);
}

void score(const Options& o) {
  check_output(o.output, {".csv", ".npy"});
  std::list<Loaded> models = load_all(o);
  check_columns(o, models);
  check_reading(o, models);
  const Dataset data = o.open_each_row(models.front().model);
  const AnomalyScores scores = anomaly_scores(detectors(o, models, data), data, o.top);
  const double threshold = o.rate > 0 ? empirical_quantile(scores.score, 1 - o.rate) : 1.0;
  write_file_atomically(o.output, o.output.ends_with(".npy")
                                      ? npy(scores)
                                      : csv(scores, threshold, names(models.front().model.autoencoder)));
  const auto abnormal = std::ranges::count_if(scores.score, [&](double s) { return s > threshold; });
  fmt::print("{}: {} rows, {} of them abnormal (score above {:.4g})\n", o.output, data.rows(), abnormal, threshold);
  const std::vector<int32_t> labels = distinct(data.labels);
  if (labels.size() != 2) return;
  std::vector<bool> is_abnormal;
  for (const int32_t label : data.labels) is_abnormal.push_back(label == labels[1]);
  fmt::print("area under the ROC curve, label {} against {}: {:.4f}\n", labels[1], labels[0],
             roc_auc(scores.score, is_abnormal));
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
