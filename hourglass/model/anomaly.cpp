#include "hourglass/model/anomaly.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/base/schema/fields_json.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

// The keys in alphabetical order, as in the files of all versions.

void fields(auto& v, AnomalyEvidence& e) {
  for (const char* key : {"fitted_rows", "kinds", "levels"}) v.needs(key);
  v.field("fitted_rows", e.fitted_rows, at_least(1), "");
  std::vector<int64_t> groups;  // three numbers each
  for (const auto& [first, count, rarest] : e.groups) groups.insert(groups.end(), {first, count, rarest});
  v.field_if_given("groups", groups, at_least(0), "");
  v.check(groups.size() % 3 == 0, "groups: expected three numbers for each");
  e.groups.clear();
  for (size_t i = 0; i + 2 < groups.size(); i += 3) e.groups.push_back({groups[i], groups[i + 1], groups[i + 2]});
  v.field("kinds", e.kinds, OneOf{kNames<Evidence>}, "");
  v.field("levels", e.levels, at_least(0), "");
}

void fields(auto& v, AnomalyScale& s) {
  for (const char* key : {"quantile", "spread", "threshold"}) v.needs(key);
  v.table("evidence", s.evidence, "");
  v.field("quantile", s.quantile, inside(0, 1), "");
  v.field("spread", s.spread, above(0), "");
  v.field("threshold", s.threshold, above(0), "");
}

namespace {

constexpr int64_t kFittedRows = 10000;                // a quantile of so many is known to a fifth of a percent
constexpr int64_t kScoredTogether = 4096;             // rows whose every contribution is held at a time, and
constexpr int64_t kMostTerms = int64_t{1} << 24;      // how many contributions, 128 MiB, if a chunk of rows has fewer
constexpr int64_t kMostResiduals = int64_t{1} << 26;  // held at a time, 256 MiB, as data/scaler.cpp does
constexpr int64_t kMostUnits = int64_t{1} << 24;      // values that the units of features are fitted to, 64 MiB
constexpr double kSmallestSpread = 0.1;               // of their root mean square

/// At most `most`, evenly spread over `rows`, or over all rows of the data if empty.
std::vector<uint32_t> evenly_spaced_of(const Dataset& data, std::span<const uint32_t> rows, int64_t most) {
  auto some = evenly_spaced(rows.empty() ? data.rows() : std::ssize(rows), most);
  if (!rows.empty())
    for (uint32_t& row : some) row = rows[row];
  return some;
}

/// Refuses residuals or evidence of a model that reconstructs a row to something that is not a number.
void require_finite(const auto& values, const std::string& data) {
  if (!std::ranges::all_of(values, [](auto v) { return std::isfinite(v); }))
    fail("{}: the model reconstructs a row to something that is not a number: nothing to measure scores against", data);
}

/// f(row, feature, e) for every residual e.
void for_each_residual(ConstView reconstruction, ConstView clean, auto f) {
  HOURGLASS_CHECK(reconstruction.size() == clean.size());
  visit_floats(reconstruction, clean, [&](auto r, auto x) {
    const int64_t width = clean.columns();
    for (int64_t i = 0; i < clean.size(); ++i) f(i / width, i % width, static_cast<double>(r[i]) - x[i]);
  });
}

/// What the residual e of a feature adds to a row's score, times `weight`, as a function of feature and e. A residual
/// that is no number, of a row too far out to compute with, is as abnormal as can be.
auto term_of(const AnomalyScale& scale, double weight) {
  const double factor = weight / (static_cast<double>(scale.spread.size()) * scale.threshold);
  return [&scale, factor](int64_t feature, double e) {
    const double z = e / scale.spread[feature];
    return std::isfinite(e) ? factor * z * z : HUGE_VAL;
  };
}

/// f(row of `rows`, feature, e) for every residual of these rows, a row's in the order of features; rows on many
/// threads.
void for_each_residual(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows, auto f) {
  inference.reconstruct(data, rows, [&](const Inference::Chunk& chunk) {
    for_each_residual(chunk.reconstruction(), chunk.clean,
                      [&](int64_t row, int64_t feature, double e) { f(chunk.first + row, feature, e); });
  });
}

/// A median needs a feature's residuals side by side: as many features at a time as a bounded memory takes.
std::vector<float> spreads(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows) {
  const auto count = static_cast<int64_t>(rows.size()), features = data.sample.size();
  const int64_t together = std::clamp<int64_t>(kMostResiduals / count, 1, features);
  std::vector<float> spread(features), residuals(together * count);
  for (int64_t first = 0; first < features; first += together) {
    const int64_t end = std::min(first + together, features);
    for_each_residual(inference, data, rows, [&](int64_t row, int64_t feature, double e) {
      if (feature >= first && feature < end)
        residuals[(feature - first) * count + row] = static_cast<float>(std::abs(e));
    });
    const auto some = std::span(residuals).first((end - first) * count);
    require_finite(some, data.name);
    for (int64_t j = first; j < end; ++j) spread[j] = upper_median(some.subspan((j - first) * count, count));
  }
  double squares = 0;
  for (float& s : spread) {
    s = static_cast<float>(s / kNormalQuartile);
    squares += static_cast<double>(s) * s;
  }
  const auto least = static_cast<float>(kSmallestSpread * std::sqrt(squares / static_cast<double>(features)));
  for (float& s : spread) s = std::max(s, least);
  return spread;
}

std::vector<double> mean_squares(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                                 const std::vector<float>& spread) {
  std::vector<double> scores(rows.size());
  const auto features = static_cast<double>(spread.size());
  for_each_residual(inference, data, rows, [&](int64_t row, int64_t feature, double e) {
    // rounded to float as in spreads(), so that scores stay bit-identical
    const double z = static_cast<double>(static_cast<float>(e)) / spread[feature];
    scores[row] += z * z / features;
  });
  return scores;
}

/// A detector, made ready for many rows.
struct ReadyDetector {
  explicit ReadyDetector(const AnomalyDetector& detector) : inference(detector.inference), scale(detector.scale) {
    if (scale.evidence) scorer.emplace(inference, scale.spread, *scale.evidence);
  }

  const Inference& inference;
  const AnomalyScale& scale;
  std::optional<EvidenceScorer> scorer;
};

/// terms (rows, features) accumulated: the detector's share of every feature's part in the scores of `rows`.
void add_terms(const ReadyDetector& detector, double weight, const Dataset& data, std::span<const uint32_t> rows,
               std::vector<double>& terms) {
  const auto width = static_cast<int64_t>(detector.scale.spread.size());
  HOURGLASS_CHECK(width == data.sample.size());
  if (detector.scorer) {
    const double factor = weight / detector.scale.threshold;
    return detector.scorer->terms(data, rows, [&](int64_t row, std::span<const double> values) {
      for (int64_t j = 0; j < width; ++j) terms[row * width + j] += factor * values[j];
    });
  }
  const auto term = term_of(detector.scale, weight);
  for_each_residual(detector.inference, data, rows,
                    [&](int64_t row, int64_t feature, double e) { terms[row * width + feature] += term(feature, e); });
}

Tensor scaled(const Dataset& data, const Scaler& scaler, std::span<const uint32_t> rows) {
  Tensor values(DType::f32, {std::ssize(rows), data.sample.size()});
  gather(data, scaler, rows, values);
  return values;
}

/// The feature of each group that is 1, and so the largest value of the column, in the fewest rows, but in some.
void find_rarest(const Tensor& rows, std::vector<OneHotGroup>& groups) {
  const float* x = rows.as<float>();
  const int64_t features = rows.shape()[1];
  for (auto& [first, count, rarest] : groups) {
    int64_t fewest = rows.rows() + 1;
    for (int64_t j = first; j < first + count; ++j) {
      int64_t ones = 0;
      float low = x[j], high = x[j];
      for (int64_t i = 0; i < rows.rows(); ++i) {
        const float value = x[i * features + j];
        ones = value > high ? 1 : ones + (value == high ? 1 : 0);
        low = std::min(low, value);
        high = std::max(high, value);
      }
      if (low < high && ones < fewest) {
        fewest = ones;
        rarest = j;
      }
    }
  }
}

/// Assigns the levels of the scale's evidence and returns the scores before the threshold.
std::vector<double> fitted_scores(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                                  AnomalyScale& scale) {
  AnomalyEvidence& evidence = *scale.evidence;
  const EvidenceScorer scorer(inference, scale.spread, evidence);
  std::vector<std::vector<double>> values(evidence.kinds.size(), std::vector<double>(rows.size()));
  scorer.values(data, rows, [&](int64_t row, std::span<const double> v) {
    for (size_t k = 0; k < v.size(); ++k) values[k][row] = v[k];
  });
  for (size_t k = 0; k < values.size(); ++k) {
    require_finite(values[k], data.name);
    evidence.set_levels(k, values[k]);
  }
  std::vector<double> scores(rows.size());
  for (size_t k = 0; k < values.size(); ++k)
    for (size_t i = 0; i < rows.size(); ++i) scores[i] += evidence.surprise(k, values[k][i]);
  return scores;
}

}  // namespace

std::vector<float> AnomalyScale::residual_units() const {
  std::vector<float> units = spread;
  for (float& u : units) u = static_cast<float>(u * std::sqrt(threshold));
  return units;
}

AnomalyScale fit_anomaly_scale(const Inference& inference, const Dataset& data, std::span<const uint32_t> rows,
                               double quantile) {
  const std::vector<uint32_t> some = evenly_spaced_of(data, rows, kFittedRows);
  AnomalyScale scale{spreads(inference, data, some), 1.0, quantile};
  const bool is_fitted = std::ranges::any_of(scale.spread, [](float e) { return e > 0; });
  if (is_fitted)
    scale.threshold = kAboveRounding * empirical_quantile(mean_squares(inference, data, some, scale.spread), quantile);
  if (!is_fitted || scale.threshold == 0)
    fail(
        "{}: the model reconstructs most rows exactly, which leaves nothing to measure scores against; use a narrower "
        "code or corruption",
        data.name);
  return scale;
}

AnomalyScale fit_anomaly_evidence(const Inference& inference, const Dataset& data,
                                  std::span<const uint32_t> training_rows, std::span<const uint32_t> rows,
                                  const AnomalyConfig& config, std::span<const std::string> columns) {
  const int64_t features = data.sample.size();
  const auto some = [&](int64_t most) { return evenly_spaced_of(data, training_rows, most); };
  const std::vector<uint32_t> fitted = evenly_spaced_of(data, rows, kFittedRows);
  AnomalyEvidence evidence{
      .kinds = config.evidence, .groups = one_hot_groups(data.columns, columns), .fitted_rows = std::ssize(fitted)};
  const Scaler& scaler = inference.model().scaler;
  const Tensor many = scaled(data, scaler, some(std::min(kFittedRows, std::max<int64_t>(1, kMostUnits / features))));
  find_rarest(many, evidence.groups);
  const Tensor stored = scaled(data, scaler, some(stored_rows(features)));
  evidence.rows.assign(stored.as<float>(), stored.as<float>() + stored.size());
  evidence.levels.resize(evidence.kinds.size() * AnomalyEvidence::kLevels);
  AnomalyScale scale{robust_units(many), 1.0, config.quantile, std::move(evidence)};
  std::vector<double> scores = fitted_scores(inference, data, fitted, scale);
  scale.threshold = kAboveRounding * empirical_quantile(scores, config.quantile);
  if (scale.threshold > 0) return scale;
  std::erase(scores, 0.0);  // most rows are the same: those that differ are above the threshold
  if (scores.empty())
    fail("{}: all rows are the same ({} {}), which leaves nothing to measure scores against", data.name, fitted.size(),
         fitted.size() == 1 ? "sample" : "samples");
  scale.threshold = std::ranges::min(scores) / 2;
  return scale;
}

void largest_shares(std::span<const double> terms, std::span<Contribution> out) {
  const std::vector<int64_t> order = largest(terms, out.size());
  const double sum = std::accumulate(terms.begin(), terms.end(), 0.0);
  const auto infinite = static_cast<double>(std::ranges::count(terms, HUGE_VAL));
  const auto share = [&](double term) { return infinite > 0 ? (std::isinf(term) ? 1 / infinite : 0.0) : term / sum; };
  for (size_t k = 0; k < out.size(); ++k)
    out[k] = {order[k], sum > 0 ? static_cast<float>(share(terms[order[k]])) : 0.0f};
}

void for_each_terms(std::span<const AnomalyDetector> detectors, const Dataset& data, const VisitTerms& visit) {
  HOURGLASS_CHECK(!detectors.empty());
  const int64_t width = data.sample.size(), rows = data.rows();
  // Whole chunks: a row's bits may depend on how many others are taken with it. A chunk has kChunkRows rows, halved
  // some times, so that whole chunks of the largest are whole chunks of all.
  int64_t chunk = 1;
  for (const AnomalyDetector& detector : detectors) chunk = std::max(chunk, detector.inference.chunk_rows());
  const int64_t most = std::max(chunk, std::min(kScoredTogether, kMostTerms / width) / chunk * chunk);
  std::list<ReadyDetector> ready;
  for (const AnomalyDetector& detector : detectors) ready.emplace_back(detector);
  std::vector<double> terms;
  for (int64_t first = 0; first < rows; first += most) {
    std::vector<uint32_t> together(std::min(most, rows - first));
    std::iota(together.begin(), together.end(), static_cast<uint32_t>(first));
    terms.assign(together.size() * width, 0.0);
    for (const ReadyDetector& detector : ready)
      add_terms(detector, 1.0 / static_cast<double>(detectors.size()), data, together, terms);
    for (size_t i = 0; i < together.size(); ++i)
      visit(first + static_cast<int64_t>(i), std::span(terms).subspan(i * width, width));
  }
}

void for_each_score(std::span<const AnomalyDetector> detectors, const Dataset& data, int64_t top,
                    const VisitScore& visit) {
  std::vector<Contribution> shares(static_cast<size_t>(std::min(top, data.sample.size())));
  for_each_terms(detectors, data, [&](int64_t row, std::span<const double> terms) {
    largest_shares(terms, shares);
    visit(row, std::accumulate(terms.begin(), terms.end(), 0.0), shares);
  });
}

AnomalyScores anomaly_scores(std::span<const AnomalyDetector> detectors, const Dataset& data, int64_t top) {
  AnomalyScores out{{}, std::min(top, data.sample.size()), {}};
  for_each_score(detectors, data, top, [&](int64_t, double score, std::span<const Contribution> contributions) {
    out.score.push_back(score);
    out.contributions.insert(out.contributions.end(), contributions.begin(), contributions.end());
  });
  return out;
}

void anomaly_scores(const AnomalyScale& scale, ConstView reconstruction, ConstView clean, std::span<double> scores) {
  HOURGLASS_CHECK(clean.columns() == static_cast<int64_t>(scale.spread.size()));
  std::ranges::fill(scores, 0.0);
  const auto term = term_of(scale, 1.0);
  for_each_residual(reconstruction, clean,
                    [&](int64_t row, int64_t feature, double e) { scores[row] += term(feature, e); });
}

double roc_auc(std::span<const double> scores, const std::vector<bool>& is_abnormal) {
  HOURGLASS_CHECK(scores.size() == is_abnormal.size());
  HOURGLASS_CHECK(std::ranges::none_of(scores, [](double s) { return std::isnan(s); }));
  std::vector<double> others;
  for (size_t i = 0; i < scores.size(); ++i)
    if (!is_abnormal[i]) others.push_back(scores[i]);
  std::ranges::sort(others);
  double pairs = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (!is_abnormal[i]) continue;
    const auto [first, last] = std::equal_range(others.begin(), others.end(), scores[i]);
    pairs += static_cast<double>(first - others.begin()) + static_cast<double>(last - first) / 2;
  }
  const size_t abnormal = scores.size() - others.size();
  HOURGLASS_CHECK(abnormal > 0 && !others.empty());
  return pairs / (static_cast<double>(abnormal) * static_cast<double>(others.size()));
}

std::string anomaly_json(const AnomalyScale& s) { return to_json(s); }

AnomalyScale anomaly_from_json(const std::string& text, int64_t features, const std::string& name) {
  const std::string where = name + ": metadata \"anomaly\"";
  auto s = from_json<AnomalyScale>(text, where, {.most_values = 8192 + 4 * static_cast<size_t>(features)});
  if (static_cast<int64_t>(s.spread.size()) != features)
    fail("{}: {} spreads, expected {}", where, s.spread.size(), features);
  if (s.evidence) check_evidence(*s.evidence, features, where);
  return s;
}

}  // namespace hourglass
