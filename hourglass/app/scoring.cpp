#include "hourglass/app/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <utility>

#include "hourglass/app/error_maps.h"
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

/// The row that is being written.
struct ScoredRow {
  double score = 0;
  std::span<const Contribution> contributions = {};
};

/// Cells of `now`; `top` is its number of contributions. All arguments must outlive the columns.
std::vector<CsvColumn> score_columns(const ScoredRow& now, const double& threshold, int64_t top,
                                     const std::vector<std::string>& features, const std::vector<TextColumn>& kept) {
  const auto anomaly = [&](std::string& text, int64_t) { text += now.score > threshold ? '1' : '0'; };
  std::vector<CsvColumn> columns = {
      {"row", [](std::string& text, int64_t row) { append_number(text, row); }},
      {"score", [&](std::string& text, int64_t) { text += fmt::format("{}", now.score); }},
      {"anomaly", anomaly}};
  for (int64_t k = 0; k < top; ++k) {
    columns.push_back({fmt::format("feature_{}", k + 1), [&now, &features, k](std::string& text, int64_t) {
                         append_csv_cell(text, features[now.contributions[static_cast<size_t>(k)].feature]);
                       }});
    columns.push_back({fmt::format("share_{}", k + 1), [&now, k](std::string& text, int64_t) {
                         text += fmt::format("{:.4g}", now.contributions[static_cast<size_t>(k)].share);
                       }});
  }
  const auto has_label = [&](const TextColumn& column) { return column.name == "label"; };
  if (std::ranges::none_of(kept, has_label)) columns.push_back({"label", anomaly});
  insert_text_columns(columns, 3, kept);
  return columns;
}

using Detectors = std::span<const AnomalyDetector>;

std::vector<double> scores_of(Detectors detectors, const Dataset& data) {
  return anomaly_scores(detectors, data, 0).score;
}

/// Writes the file while the rows are scored, and returns the scores.
std::vector<double> write_csv(const ScoringRequest& request, Detectors detectors, const Dataset& data, double threshold,
                              const std::vector<std::string>& features) {
  std::vector<double> scores;
  ScoredRow now;
  const int64_t top = std::min(request.top, data.sample.size());
  const std::vector<CsvColumn> columns = score_columns(now, threshold, top, features, data.kept);
  CsvFile file(request.output, columns);
  for_each_score(detectors, data, top, [&](int64_t row, double score, std::span<const Contribution> contributions) {
    now = {score, contributions};
    scores.push_back(score);
    file.add_row(row);
  });
  file.commit();
  return scores;
}

void write_npy(const std::string& path, const std::vector<double>& scores) {
  Tensor column(DType::f64, {std::ssize(scores)});
  std::ranges::copy(scores, column.as<double>());
  write_file_atomically(path, npy_bytes(column));
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
  if (!request.maps.empty()) check_error_maps(data, source_of(models.front().model, request.data), request.maps);
  std::vector<AnomalyDetector> detectors;
  for (ScoringModel& m : models) detectors.push_back(detector(m, data, notify));
  const bool is_npy = request.output.ends_with(".npy");
  ScoredData result;
  result.classes = data.classes;
  if (is_npy || request.rate > 0) result.scores = scores_of(detectors, data);
  if (request.rate > 0) result.threshold = empirical_quantile(result.scores, 1 - request.rate);
  if (is_npy)
    write_npy(request.output, result.scores);
  else
    result.scores =
        write_csv(request, detectors, data, result.threshold, feature_names(models.front().model.autoencoder));
  const auto& scores = result.scores;
  result.abnormal_rows = std::ranges::count_if(scores, [&](double s) { return s > result.threshold; });
  if (!request.maps.empty())
    write_error_maps(detectors, data, largest(scores, std::min(request.map_count, std::ssize(scores))), request.maps);
  result.separation = separation(scores, data.labels, result.threshold);
  return result;
}

}  // namespace hourglass
