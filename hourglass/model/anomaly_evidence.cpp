#include "hourglass/model/anomaly_evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/error.h"
#include "hourglass/base/statistics.h"
#include "hourglass/data/feature_columns.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kOutputNeighbour = 5;  // of output_distance
constexpr int64_t kLeastNeighbour = 20, kRowsPerNeighbour = 20;
constexpr int64_t kBins = 10;
constexpr int64_t kMostStored = 1024, kLeastStored = 64, kStoredValues = int64_t{1} << 16;
/// Matrix products give a row the same bits among kFewRows rows as among any multiple of kEvenRows: every processor's
/// kernels take these in equal parts. A chunk holds kChunkRows.
constexpr int64_t kFewRows = 16, kEvenRows = 48, kChunkRows = 2 * kEvenRows;
/// Quantiles of the distance from the median, and the same of the standard normal distribution.
constexpr std::array kSpreads = {std::pair{0.5, 0.67449},  std::pair{0.75, 1.15035}, std::pair{0.9, 1.64485},
                                 std::pair{0.95, 1.95996}, std::pair{0.99, 2.57583}, std::pair{0.999, 3.29053},
                                 std::pair{1.0, 3.29053}};

/// −log of the share of rows that `count` of `all` rows stand for.
double rarity(int64_t count, int64_t all) {
  return -std::log((static_cast<double>(count) + 0.5) / (static_cast<double>(all) + 1));
}

/// See AnomalyEvidence. Reorders the column.
float robust_unit(std::vector<float>& column) {
  const float median = upper_median(column);
  for (float& x : column) x = std::abs(x - median);
  std::ranges::sort(column);
  for (const auto& [q, normal] : kSpreads)
    if (const double spread = interpolated_quantile(column, q); spread > 0) return static_cast<float>(spread / normal);
  return 1.0f;
}

std::vector<float> floats_of(ConstView v) {
  return visit_floats(v, [](auto x) { return std::vector<float>(x.begin(), x.end()); });
}

}  // namespace

std::vector<OneHotGroup> one_hot_groups(std::span<const std::string> features, std::span<const std::string> columns) {
  std::vector<OneHotGroup> groups;
  for (const FeatureColumn& c : feature_columns(features, columns))
    if (!c.texts.empty()) groups.push_back({c.first, c.features(), c.first});
  return groups;
}

double AnomalyEvidence::surprise(size_t kind, double v) const {
  const auto known = std::span(levels).subspan(kind * kLevels, kLevels);
  const double most = std::log(static_cast<double>(fitted_rows) + 1), step = most / (kLevels - 1);
  const auto at = std::ranges::lower_bound(known, v);
  if (at == known.begin()) return 0;
  const double last = known.back();
  if (at == known.end()) return most + std::log1p((v - last) / (last > 0 ? last : 1));
  const double below = *(at - 1);
  return step * (static_cast<double>(at - 1 - known.begin()) + (v - below) / (*at - below));
}

void AnomalyEvidence::set_levels(size_t kind, std::vector<double> values) {
  std::ranges::sort(values);
  const auto rows = static_cast<double>(values.size());
  for (int64_t k = 0; k < kLevels; ++k) {
    const double share = 1 - std::exp(-std::log(rows + 1) * static_cast<double>(k) / (kLevels - 1));
    const auto place = std::min<size_t>(static_cast<size_t>(share * rows), values.size() - 1);
    levels[kind * kLevels + k] = values[place];
  }
}

void check_evidence(const AnomalyEvidence& e, int64_t features, const std::string& where) {
  if (e.levels.size() != e.kinds.size() * AnomalyEvidence::kLevels)
    fail("{}: {} levels, expected {} for each kind of evidence", where, e.levels.size(), AnomalyEvidence::kLevels);
  for (size_t k = 0; k < e.levels.size(); k += AnomalyEvidence::kLevels)
    if (!std::ranges::is_sorted(std::span(e.levels).subspan(k, AnomalyEvidence::kLevels)))
      fail("{}: the levels of a kind of evidence do not ascend", where);
  int64_t end = 0;
  for (const auto& [first, count, rarest] : e.groups) {
    if (first < end || count < 1 || count > features - first || rarest < first || rarest - first >= count)
      fail("{}: a one-hot encoded column is not within the {} features", where, features);
    end = first + count;
  }
}

int64_t stored_rows(int64_t features) {
  const int64_t least = std::clamp<int64_t>(64 * kStoredValues / features, 8, kLeastStored);
  return std::clamp(kStoredValues / features, least, kMostStored);
}

std::vector<float> robust_units(ConstView rows) {
  const int64_t count = rows.rows(), features = rows.columns();
  std::vector<float> units(features), column(count);
  visit_floats(rows, [&](auto x) {
    for (int64_t j = 0; j < features; ++j) {
      for (int64_t i = 0; i < count; ++i) column[i] = static_cast<float>(x[i * features + j]);
      units[j] = robust_unit(column);
    }
  });
  return units;
}

/// Memory for one row, by one thread.
struct EvidenceScorer::Work {
  explicit Work(int64_t features) : x(features), r(features), ranks(features), parts(features) {}

  std::vector<float> x, r;                                            ///< in units
  std::vector<float> ranks;                                           ///< of x
  std::vector<float> input_distance, output_distance, rank_distance;  ///< to every slot; +∞ to an ignored one
  std::vector<float> order;
  std::vector<double> parts;  ///< (features) of one kind
};

EvidenceScorer::GroupedRows::GroupedRows(std::span<const float> rows, int64_t features)
    : count(std::ssize(rows) / features), features(features), groups((count + kGroupSize - 1) / kGroupSize) {
  values.assign(groups * features * kGroupSize, 0.0f);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < features; ++j)
      values[(i % groups * features + j) * kGroupSize + i / groups] = rows[i * features + j];
}

float EvidenceScorer::GroupedRows::at(int64_t slot, int64_t feature) const {
  return values[(slot / kGroupSize * features + feature) * kGroupSize + slot % kGroupSize];
}

void EvidenceScorer::GroupedRows::distances(const float* x, std::vector<float>& out) const {
  out.resize(slots());
  const float* stored = values.data();
  for (int64_t g = 0; g < groups; ++g) {
    std::array<float, kGroupSize> sum{};
    for (int64_t j = 0; j < features; ++j, stored += kGroupSize)
      for (int64_t row = 0; row < kGroupSize; ++row) sum[row] += std::abs(x[j] - stored[row]);
    const int64_t rows = (count - g + groups - 1) / groups;
    std::fill(sum.begin() + rows, sum.end(), HUGE_VALF);
    std::ranges::copy(sum, out.begin() + g * kGroupSize);
  }
}

namespace {

/// Rows (…, features) times a factor for every feature.
std::vector<float> in_units(std::vector<float> rows, std::span<const float> factor) {
  for (size_t i = 0; i < rows.size(); ++i) rows[i] *= factor[i % factor.size()];
  return rows;
}

std::vector<float> unit_factors(std::span<const float> unit, const AnomalyEvidence& evidence) {
  std::vector<float> factor(unit.size());
  std::ranges::transform(unit, factor.begin(), [](float u) { return 1 / u; });
  for (const OneHotGroup& g : evidence.groups)
    for (int64_t j = 0; j < g.count; ++j) factor[g.first + j] /= 2;
  return factor;
}

/// The reconstructions of rows that are scaled already.
std::vector<float> reconstructions(const Autoencoder& model, std::span<const float> rows) {
  const Network& network = model.network();
  const int64_t features = network.input().size(), count = std::ssize(rows) / features;
  const int64_t together = Inference::rows_of_a_chunk(network, model.theta().dtype(), count);
  MicroBatch pass(network, model.theta().dtype(), together);
  const std::vector<uint32_t> ids = all_rows(count);
  std::vector<float> all;
  for (int64_t first = 0; first < count; first += together) {
    const int64_t some = std::min(together, count - first);
    visit_floats(pass.input_buffer(some),
                 [&](auto x) { std::ranges::copy(rows.subspan(first * features, some * features), x.begin()); });
    pass.begin(some, some, {.mode = Mode::evaluation, .sample_ids = std::span(ids).subspan(first, some)});
    network.forward(model.theta(), pass, network.layers());
    const std::vector<float> outputs = floats_of(pass.output(network.layers() - 1));
    all.insert(all.end(), outputs.begin(), outputs.end());
  }
  return all;
}

}  // namespace

EvidenceScorer::EvidenceScorer(const Inference& inference, std::span<const float> unit, const AnomalyEvidence& evidence)
    : inference_(inference, kChunkRows),
      evidence_(evidence),
      features_(std::ssize(unit)),
      stored_(std::ssize(evidence.rows) / features_),
      factor_(unit_factors(unit, evidence)),
      group_of_(features_, -1),
      neighbour_(std::min(std::max(kLeastNeighbour, stored_ / kRowsPerNeighbour), std::max<int64_t>(1, stored_ / 2))),
      inputs_(in_units(evidence.rows, factor_), features_),
      outputs_(in_units(reconstructions(inference.model(), evidence.rows), factor_), features_),
      ranks_({}, features_) {
  const Scaler& scaler = inference.model().scaler;
  for (int64_t j = 0; j < features_; ++j) {
    const size_t k = scaler.offset.size() == 1 ? 0 : j;
    zero_.push_back((0.0f - scaler.offset[k]) * scaler.factor[k]);
    one_.push_back((1.0f - scaler.offset[k]) * scaler.factor[k]);
  }
  for (int64_t j = 0; j < features_; ++j) {
    for (int64_t i = 0; i < stored_; ++i) sorted_.push_back(evidence.rows[i * features_ + j] * factor_[j]);
    std::sort(sorted_.end() - stored_, sorted_.end());
  }
  bins_.resize(features_ * kBins);
  for (int64_t j = 0; j < features_; ++j)
    for (int64_t i = 0; i < stored_; ++i)
      if (const int64_t bin = bin_of(j, sorted_[j * stored_ + i]); bin >= 0) ++bins_[j * kBins + bin];
  for (const auto& [first, count, rarest] : evidence.groups) {
    int64_t most = 0;
    for (int64_t j = first; j < first + count; ++j) {
      group_of_[j] = std::ssize(most_in_group_);
      most = std::max(most, at_least(j, one_[j] * factor_[j]));
    }
    most_in_group_.push_back(most);
  }
  if (has(Evidence::rank_neighbour)) ranks_ = GroupedRows(ranks(in_units(evidence.rows, factor_)), features_);
}

/// The bin of x between the stored extremes of a feature, or -1 if x is beyond them.
int64_t EvidenceScorer::bin_of(int64_t feature, float x) const {
  const float low = sorted_[feature * stored_], high = sorted_[feature * stored_ + stored_ - 1];
  if (!(x >= low && x <= high)) return -1;
  return low == high ? 0 : std::min<int64_t>(static_cast<int64_t>((x - low) / (high - low) * kBins), kBins - 1);
}

int64_t EvidenceScorer::at_most(int64_t feature, float x) const {
  const auto column = std::span(sorted_).subspan(feature * stored_, stored_);
  return std::ranges::upper_bound(column, x) - column.begin();
}

int64_t EvidenceScorer::at_least(int64_t feature, float x) const {
  const auto column = std::span(sorted_).subspan(feature * stored_, stored_);
  return column.end() - std::ranges::lower_bound(column, x);
}

void EvidenceScorer::add_input_distance(const Work& w, std::span<double> parts) const {
  std::vector<int64_t> nearest;
  for (int64_t g = 0; g < inputs_.groups; ++g) {
    const auto first = w.input_distance.begin() + g * GroupedRows::kGroupSize;
    const auto at = std::min_element(first, first + GroupedRows::kGroupSize);
    if (*at < HUGE_VALF) nearest.push_back(at - w.input_distance.begin());
  }
  for (const int64_t slot : nearest)
    for (int64_t j = 0; j < features_; ++j)
      parts[j] += std::abs(static_cast<double>(w.x[j]) - inputs_.at(slot, j)) / static_cast<double>(nearest.size());
}

void EvidenceScorer::add_neighbour(const GroupedRows& stored, std::span<const float> x, std::span<const float> distance,
                                   int64_t k, Work& w) const {
  w.order.clear();
  std::ranges::copy_if(distance, std::back_inserter(w.order), [](float d) { return d < HUGE_VALF; });
  int64_t slot = 0;  // of a row too far out for distances in floats
  if (!w.order.empty()) {
    const auto at = w.order.begin() + std::min(k, std::ssize(w.order)) - 1;
    std::ranges::nth_element(w.order, at);
    int64_t equal = at - w.order.begin() - std::ranges::count_if(distance, [&](float d) { return d < *at; });
    while (distance[slot] != *at || equal-- > 0) ++slot;
  }
  for (int64_t j = 0; j < features_; ++j) w.parts[j] += std::abs(static_cast<double>(x[j]) - stored.at(slot, j));
}

float EvidenceScorer::rank_of(int64_t j, float x) const {
  const double b = static_cast<double>(at_most(j, x) - at_least(j, x)) / static_cast<double>(stored_ + 1);
  const double rank = std::copysign(std::log1p(-std::abs(b)), b);
  return static_cast<float>(group_of_[j] < 0 ? rank : rank / 2);
}

/// Of every value of rows in units.
std::vector<float> EvidenceScorer::ranks(std::span<const float> rows) const {
  std::vector<float> out(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) out[i] = rank_of(static_cast<int64_t>(i) % features_, rows[i]);
  return out;
}

/// One feature's part of tails.
double EvidenceScorer::tail(int64_t j, float x) const {
  if (group_of_[j] < 0) return rarity(std::min(at_most(j, x), at_least(j, x)), stored_);
  return is_one(j, x) ? rarity(at_least(j, x), stored_) : 0;
}

/// One feature's part of histogram.
double EvidenceScorer::emptiness(int64_t j, float x) const {
  const auto against = [&](int64_t count, int64_t most) { return rarity(count, stored_) - rarity(most, stored_); };
  if (group_of_[j] >= 0) return is_one(j, x) ? against(at_least(j, x), most_in_group_[group_of_[j]]) : 0;
  const auto bins = std::span(bins_).subspan(j * kBins, kBins);
  const int64_t bin = bin_of(j, x);
  return against(bin < 0 ? 0 : bins[bin], std::ranges::max(bins));
}

void EvidenceScorer::set_parts(Evidence kind, Work& w) const {
  const auto each = [&](auto part) {
    for (int64_t j = 0; j < features_; ++j) w.parts[j] = part(j);
  };
  std::ranges::fill(w.parts, 0.0);
  switch (kind) {
    case Evidence::reconstruction:
      return each([&](int64_t j) {
        const double e = static_cast<double>(w.r[j]) - w.x[j];
        return e * e;
      });
    case Evidence::input_distance:
      return add_input_distance(w, w.parts);
    case Evidence::output_distance:
      return add_neighbour(outputs_, w.r, w.output_distance, kOutputNeighbour, w);
    case Evidence::tails:
      return each([&](int64_t j) { return tail(j, w.x[j]); });
    case Evidence::histogram:
      return each([&](int64_t j) { return emptiness(j, w.x[j]); });
    case Evidence::input_neighbour:
      return add_neighbour(inputs_, w.x, w.input_distance, neighbour_, w);
    case Evidence::rank_neighbour:
      return add_neighbour(ranks_, w.ranks, w.rank_distance, neighbour_, w);
    case Evidence::output_neighbour:
      return add_neighbour(outputs_, w.r, w.output_distance, neighbour_, w);
  }
}

/// Gives rows with a text that training did not see the rarest text that it saw.
void EvidenceScorer::replace_unseen(View rows) const {
  visit_floats(rows, [&](auto x) {
    for (size_t i = 0; i < x.size(); i += features_)
      for (const auto& [first, count, rarest] : evidence_.groups) {
        const auto group = x.subspan(i + first, count);
        if (std::ranges::equal(group, std::span(zero_).subspan(first, count))) group[rarest - first] = one_[rarest];
      }
  });
}

void EvidenceScorer::set_distances(Work& w) const {
  inputs_.distances(w.x.data(), w.input_distance);
  outputs_.distances(w.r.data(), w.output_distance);
  if (has(Evidence::rank_neighbour)) {
    for (int64_t j = 0; j < features_; ++j) w.ranks[j] = rank_of(j, w.x[j]);
    ranks_.distances(w.ranks.data(), w.rank_distance);
  }
  const auto same = std::ranges::find(w.input_distance, 0.0f);
  if (same == w.input_distance.end()) return;
  const int64_t slot = same - w.input_distance.begin();
  for (std::vector<float>* distance : {&w.input_distance, &w.output_distance, &w.rank_distance})
    if (!distance->empty()) (*distance)[slot] = HUGE_VALF;
}

/// f(row, work) for every row, in units and with its distances. Rows are padded, so that the matrix products of a row
/// do not depend on how many others there are.
void EvidenceScorer::for_each_row(const Dataset& data, std::span<const uint32_t> rows,
                                  const std::function<void(int64_t, Work&)>& f) const {
  std::vector<uint32_t> padded(rows.begin(), rows.end());
  const int64_t chunk = inference_.chunk_rows();  // fewer of wide networks
  const int64_t even = chunk < kEvenRows ? chunk : std::ssize(rows) <= kFewRows ? kFewRows : kEvenRows;
  while (!padded.empty() && std::ssize(padded) % even != 0) padded.push_back(padded.back());
  Inference::CorruptInput replace;
  if (!evidence_.groups.empty()) replace = [&](ConstView, std::span<const uint32_t>, View x) { replace_unseen(x); };
  const auto score_chunk = [&](const Inference::Chunk& chunk) {
    Work w(features_);
    visit_floats(chunk.input, chunk.reconstruction(), [&](auto x, auto r) {
      for (int64_t i = 0; i < chunk.rows && chunk.first + i < std::ssize(rows); ++i) {
        for (int64_t j = 0; j < features_; ++j) {
          w.x[j] = static_cast<float>(x[i * features_ + j]) * factor_[j];
          w.r[j] = static_cast<float>(r[i * features_ + j]) * factor_[j];
        }
        set_distances(w);
        f(chunk.first + i, w);
      }
    });
  };
  inference_.reconstruct(data, padded, score_chunk, replace);
}

void EvidenceScorer::values(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit) const {
  for_each_row(data, rows, [&](int64_t row, Work& w) {
    std::vector<double> values;
    for (const Evidence kind : evidence_.kinds) {
      set_parts(kind, w);
      values.push_back(std::accumulate(w.parts.begin(), w.parts.end(), 0.0));
    }
    visit(row, values);
  });
}

void EvidenceScorer::terms(const Dataset& data, std::span<const uint32_t> rows, const Visit& visit) const {
  for_each_row(data, rows, [&](int64_t row, Work& w) {
    std::vector<double> terms(features_);
    for (size_t k = 0; k < evidence_.kinds.size(); ++k) {
      set_parts(evidence_.kinds[k], w);
      const double v = std::accumulate(w.parts.begin(), w.parts.end(), 0.0);
      if (!std::isfinite(v)) {
        for (int64_t j = 0; j < features_; ++j)
          if (!std::isfinite(w.parts[j])) terms[j] = HUGE_VAL;
      } else if (v > 0) {
        const double factor = evidence_.surprise(k, v) / v;
        for (int64_t j = 0; j < features_; ++j) terms[j] += factor * w.parts[j];
      }
    }
    visit(row, terms);
  });
}

}  // namespace hourglass
