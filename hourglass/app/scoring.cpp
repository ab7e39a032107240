#include "hourglass/app/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
#include "hourglass/data/series.h"
#include "hourglass/data/text_columns.h"
#include "hourglass/model/step_scores.h"

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

StepScore step_score_of(const ScoringModel& m) { return m.model.recipe.anomaly.value_or(AnomalyConfig()).steps; }

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
  if (read.series != expected.series || step_score_of(m) != step_score_of(first))
    fail("{}: trained on other windows than {}, or with other [anomaly] steps: they cannot score the same time steps",
         m.name, first.name);
}

AnomalyDetector detector(ScoringModel& m, const Dataset& data, const Notify& notify) {
  m.model.autoencoder.check_fits(data);
  if (!m.model.anomaly) {
    notify(fmt::format("{}: trained without [anomaly], so scores are measured against the rows of {} themselves",
                       m.name, data.name));
    m.model.anomaly = fit_anomaly_scale(m.inference, data, {}, AnomalyConfig().quantile);
    if (series_of(data))
      fit_step_threshold(m.inference, data, all_rows(data.rows()), step_score_of(m), *m.model.anomaly);
  }
  return {m.inference, *m.model.anomaly};
}

/// The row that is being written.
struct ScoredRow {
  double score = 0;  ///< NaN: none
  std::span<const Contribution> contributions = {};
};

/// Cells of `now`; `top` is its number of contributions. All arguments must outlive the columns.
std::vector<CsvColumn> score_columns(const ScoredRow& now, const double& threshold, int64_t top,
                                     const std::vector<std::string>& features, const std::vector<TextColumn>& kept) {
  const auto anomaly = [&](std::string& text, int64_t) { text += now.score > threshold ? '1' : '0'; };
  std::vector<CsvColumn> columns = {{"row", [](std::string& text, int64_t row) { append_number(text, row); }},
                                    {"score",
                                     [&](std::string& text, int64_t) {
                                       if (!std::isnan(now.score)) text += fmt::format("{}", now.score);
                                     }},
                                    {"anomaly", anomaly}};
  for (int64_t k = 0; k < top; ++k) {
    columns.push_back({fmt::format("feature_{}", k + 1), [&now, &features, k](std::string& text, int64_t) {
                         if (now.contributions.empty()) return;
                         append_csv_cell(text, features[now.contributions[static_cast<size_t>(k)].feature]);
                       }});
    columns.push_back({fmt::format("share_{}", k + 1), [&now, k](std::string& text, int64_t) {
                         if (now.contributions.empty()) return;
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

/// The time step of each row of the data.
std::vector<size_t> steps_by_row(const TimeSeries& series) {
  std::vector<size_t> steps(series.rows.size());
  for (size_t step = 0; step < steps.size(); ++step) steps[series.rows[step]] = step;
  return steps;
}

/// Texts of the steps in the order of the rows.
TextColumn by_row(const std::string& name, const std::vector<std::string>& texts, const std::vector<size_t>& steps) {
  TextColumn column{name};
  for (const size_t step : steps) column.cells.push_back(texts[step]);
  return column;
}

/// A row for every time step, in the order of the data's rows.
void write_step_csv(const ScoringRequest& request, const TimeSeries& series, const StepScores& scores,
                    double threshold) {
  const auto width = static_cast<size_t>(series.steps.sample.size());
  const std::vector<size_t> steps = steps_by_row(series);
  std::vector<std::string> names;
  for (size_t k = 0; k < width; ++k)
    names.push_back(series.steps.columns.empty() ? std::to_string(k + 1) : series.steps.columns[k]);
  std::vector<TextColumn> kept, place;
  for (const TextColumn& column : series.steps.kept) kept.push_back(by_row(column.name, column.cells, steps));
  if (!series.times.empty()) place.push_back(by_row("time", series.times, steps));
  if (!series.names.empty()) place.push_back(by_row("group", series.names, steps));
  std::vector<Contribution> shares(static_cast<size_t>(std::min<int64_t>(request.top, series.steps.sample.size())));
  ScoredRow now;
  std::vector<CsvColumn> columns = score_columns(now, threshold, std::ssize(shares), names, kept);
  insert_text_columns(columns, 1, place);
  CsvFile file(request.output, columns);
  for (size_t row = 0; row < steps.size(); ++row) {
    now = {scores.score[steps[row]], {}};
    if (!std::isnan(now.score)) {
      largest_shares(std::span(scores.terms).subspan(steps[row] * width, width), shares);
      now.contributions = shares;
    }
    file.add_row(static_cast<int64_t>(row));
  }
  file.commit();
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

namespace {

/// Fills the scores, the threshold and what follows from them in. `labels` are those of `scores`, or empty.
void summarise(const ScoringRequest& request, std::vector<double> scores, std::span<const int32_t> labels,
               ScoredData& result) {
  std::vector<double> known;
  std::vector<int32_t> labels_of_known;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) continue;
    known.push_back(scores[i]);
    if (!labels.empty()) labels_of_known.push_back(labels[i]);
  }
  if (request.rate > 0) result.threshold = empirical_quantile(known, 1 - request.rate);
  result.abnormal_rows = std::ranges::count_if(known, [&](double s) { return s > result.threshold; });
  result.separation = separation(known, labels_of_known, result.threshold);
  result.scores = std::move(scores);
}

ScoredData score_steps(const ScoringRequest& request, Detectors detectors, const Dataset& data, StepScore how) {
  const TimeSeries& series = *series_of(data);
  const StepScores scores = step_scores(detectors, data, how);
  ScoredData result;
  result.classes = data.classes;
  const std::vector<size_t> steps = steps_by_row(series);
  std::vector<double> by_row;
  std::vector<int32_t> labels;
  for (const size_t step : steps) {
    by_row.push_back(scores.score[step]);
    if (!series.steps.labels.empty()) labels.push_back(series.steps.labels[step]);
  }
  summarise(request, std::move(by_row), labels, result);
  if (request.output.ends_with(".npy"))
    write_npy(request.output, result.scores);
  else
    write_step_csv(request, series, scores, result.threshold);
  return result;
}

}  // namespace

ScoredData score_data(const ScoringRequest& request, const Notify& notify) {
  std::list<ScoringModel> models;
  for (const std::string& name : request.models) models.emplace_back(name, request.threads);
  check_output(request.output, {".csv", ".npy"}, request.models, models.front().model, request.data);
  for (const ScoringModel& m : models) check_same_reading(models.front(), m);
  const Dataset data = open_every_row(models.front().model, request.data, notify);
  if (!request.maps.empty()) check_error_maps(data, source_of(models.front().model, request.data), request.maps);
  std::vector<AnomalyDetector> detectors;
  for (ScoringModel& m : models) detectors.push_back(detector(m, data, notify));
  if (series_of(data)) return score_steps(request, detectors, data, step_score_of(models.front()));
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
