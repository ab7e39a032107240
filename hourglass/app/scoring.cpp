#include "hourglass/app/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>

#include "hourglass/app/interchange.h"
#include "hourglass/app/outputs.h"
#include "hourglass/base/file.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/formats/csv_writer.h"
#include "hourglass/data/formats/npy.h"
#include "hourglass/data/text_columns.h"

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

std::vector<CsvColumn> score_columns(const ScoredData& scored) {
  const AnomalyScores& scores = scored.scores;
  const auto anomaly = [&](std::string& text, int64_t row) {
    text += scores.score[row] > scored.threshold ? '1' : '0';
  };
  std::vector<CsvColumn> columns = {
      {"row", [](std::string& text, int64_t row) { append_number(text, row); }},
      {"score", [&](std::string& text, int64_t row) { text += fmt::format("{}", scores.score[row]); }},
      {"anomaly", anomaly}};
  for (int64_t k = 0; k < scores.top; ++k) {
    const auto contribution = [&scores, k](int64_t row) { return scores.of(row)[static_cast<size_t>(k)]; };
    columns.push_back({fmt::format("feature_{}", k + 1), [&scored, contribution](std::string& text, int64_t row) {
                         append_csv_cell(text, scored.features[contribution(row).feature]);
                       }});
    columns.push_back({fmt::format("share_{}", k + 1), [contribution](std::string& text, int64_t row) {
                         text += fmt::format("{:.4g}", contribution(row).share);
                       }});
  }
  const auto has_label = [&](const TextColumn& column) { return column.name == "label"; };
  if (std::ranges::none_of(scored.kept, has_label)) columns.push_back({"label", anomaly});
  insert_text_columns(columns, 3, scored.kept);
  return columns;
}

}  // namespace

std::string ScoredData::label_text(int32_t label) const {
  return classes.empty() ? std::to_string(label) : fmt::format("\"{}\"", classes.at(static_cast<size_t>(label)));
}

ScoredData score_data(const ScoringRequest& request, const Notify& notify) {
  std::list<ScoringModel> models;
  for (const std::string& name : request.models) models.emplace_back(name, request.threads);
  check_output(request.output, {".csv", ".npy"}, request.models, models.front().model, request.data);
  for (const ScoringModel& m : models) check_same_reading(models.front(), m);
  const Dataset data = open_every_row(models.front().model, request.data, notify);
  std::vector<AnomalyDetector> detectors;
  for (ScoringModel& m : models) detectors.push_back(detector(m, data, notify));
  ScoredData result{.scores = anomaly_scores(detectors, data, request.top),
                    .features = feature_names(models.front().model.autoencoder),
                    .classes = data.classes,
                    .kept = data.kept};
  const auto& scores = result.scores.score;
  if (request.rate > 0) result.threshold = empirical_quantile(scores, 1 - request.rate);
  result.abnormal_rows = std::ranges::count_if(scores, [&](double s) { return s > result.threshold; });
  result.separation = separation(scores, data.labels, result.threshold);
  return result;
}

void write_scores(const std::string& path, const ScoredData& scored) {
  const auto rows = std::ssize(scored.scores.score);
  if (!path.ends_with(".npy")) return write_file_atomically(path, csv_table(rows, score_columns(scored)));
  Tensor column(DType::f64, {rows});
  std::ranges::copy(scored.scores.score, column.as<double>());
  write_file_atomically(path, npy_bytes(column));
}

}  // namespace hourglass
