#include "hourglass/app/scoring.h"

#include <algorithm>
#include <list>

#include "hourglass/app/outputs.h"
#include "hourglass/base/file.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/formats/csv.h"
#include "hourglass/data/formats/npy.h"

namespace hourglass {

namespace {

/// A model with its inference, which refers to it: it cannot be moved.
struct ScoringModel {
  ScoringModel(const std::string& name, int threads)
      : name(name), model(open_model(name)), inference(model.autoencoder, thread_count(threads)) {}
  ScoringModel(const ScoringModel&) = delete;

  std::string name;
  TrainedModel model;
  Inference inference;
};

/// Scores are averages over the same features of the same rows.
void check_same_reading(const ScoringModel& first, const ScoringModel& m) {
  if (m.model.autoencoder.scaler.columns != first.model.autoencoder.scaler.columns)
    fail("{}: trained on other columns than {}: their scores have no common features", m.name, first.name);
  const ReadOptions &expected = first.model.recipe.data.read, &read = m.model.recipe.data.read;
  if (read.missing != expected.missing)
    fail("{}: trained with [data] missing = \"{}\", {} with \"{}\": they cannot score the same rows", m.name,
         name_of(read.missing), first.name, name_of(expected.missing));
  if (read.images != expected.images)
    fail("{}: trained with other [data] images than {}: they cannot score the same images", m.name, first.name);
}

AnomalyDetector detector(ScoringModel& m, const Dataset& data, const Notify& notify) {
  m.model.autoencoder.check_fits(data);
  if (!m.model.anomaly) {
    notify(fmt::format("{}: trained without [anomaly], so scores are measured against the rows of {} themselves",
                       m.name, data.name));
    m.model.anomaly = fit_anomaly_scale(m.inference, data, {}, AnomalyConfig().quantile);
  }
  return {m.inference, *m.model.anomaly};
}

std::vector<std::string> feature_names(const Autoencoder& model) {
  std::vector<std::string> all = model.scaler.columns;
  for (auto j = static_cast<int64_t>(all.size()); j < model.network().input().size();)
    all.push_back(std::to_string(++j));
  return all;
}

std::optional<ScoredData::Separation> separation(const AnomalyScores& scores, const std::vector<int32_t>& labels) {
  const std::vector<int32_t> distinct_values = distinct(labels);
  if (distinct_values.size() != 2) return std::nullopt;
  std::vector<bool> is_abnormal;
  for (const int32_t label : labels) is_abnormal.push_back(label == distinct_values[1]);
  return ScoredData::Separation{distinct_values[0], distinct_values[1], roc_auc(scores.score, is_abnormal)};
}

std::string scores_csv(const ScoredData& scored) {
  const auto& [scores, threshold, abnormal_rows, features, separation] = scored;
  std::string text = "row,score,label";
  for (int64_t k = 1; k <= scores.top; ++k) text += fmt::format(",feature_{0},share_{0}", k);
  text += '\n';
  for (size_t i = 0; i < scores.score.size(); ++i) {
    text += fmt::format("{},{},{}", i, scores.score[i], scores.score[i] > threshold ? 1 : 0);
    for (const Contribution& c : scores.of(static_cast<int64_t>(i)))
      text += fmt::format(",{},{:.4g}", csv_cell(features[c.feature]), c.share);
    text += '\n';
  }
  return text;
}

}  // namespace

ScoredData score_data(const ScoringRequest& request, const Notify& notify) {
  std::list<ScoringModel> models;
  for (const std::string& name : request.models) models.emplace_back(name, request.threads);
  check_output(request.output, {".csv", ".npy"}, files_of(request.models, models.front().model, request.data));
  for (const ScoringModel& m : models) check_same_reading(models.front(), m);
  const Dataset data = open_every_row(models.front().model, request.data, notify);
  std::vector<AnomalyDetector> detectors;
  for (ScoringModel& m : models) detectors.push_back(detector(m, data, notify));
  ScoredData result{.scores = anomaly_scores(detectors, data, request.top),
                    .features = feature_names(models.front().model.autoencoder),
                    .separation = {}};
  const auto& scores = result.scores.score;
  if (request.rate > 0) result.threshold = empirical_quantile(scores, 1 - request.rate);
  result.abnormal_rows = std::ranges::count_if(scores, [&](double s) { return s > result.threshold; });
  result.separation = separation(result.scores, data.labels);
  return result;
}

void write_scores(const std::string& path, const ScoredData& scored) {
  Tensor column(DType::f64, {static_cast<int64_t>(scored.scores.score.size())});
  std::ranges::copy(scored.scores.score, column.as<double>());
  write_file_atomically(path, path.ends_with(".npy") ? npy_bytes(column) : scores_csv(scored));
}

}  // namespace hourglass
