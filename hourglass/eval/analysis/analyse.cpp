#include "hourglass/eval/analysis/analyse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "hourglass/base/statistics.h"
#include "hourglass/data/scaler.h"
#include "hourglass/data/series.h"
#include "hourglass/eval/analysis/budget.h"
#include "hourglass/eval/analysis/code_map.h"
#include "hourglass/eval/analysis/prior_samples.h"
#include "hourglass/eval/analysis/score_summary.h"
#include "hourglass/eval/analysis/step_trace.h"
#include "hourglass/eval/analysis/unit_images.h"
#include "hourglass/eval/metric_table.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/eval/variational.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kMaxRows = 2000, kMaxScores = 20000;
constexpr int64_t kMaxValues = int64_t{1} << 24;  // inputs or codes in memory at once: 64 MB
constexpr int64_t kExamples = 8, kImages = 64, kStrongUnits = 8;
constexpr int64_t kManyRows = 1024, kRowsOfAChunk = 256, kFewRowsOfAChunk = 16;
constexpr int64_t kFewestRows = 8;  // for figures of a distribution

/// `count` evenly spaced rows; all rows where there are not more.
Dataset evenly_spread(const Dataset& data, int64_t count) {
  return count >= data.rows() ? data : data.select(evenly_spaced(data.rows(), count));
}

/// Means of (r − x)² per row and per feature, and the variance of every feature.
struct Errors {
  std::vector<double> rows, features, variances;
};

Errors errors_of(const MeasuredRows& rows) {
  const int64_t width = rows.data.sample.size();
  Errors e{std::vector<double>(rows.data.rows()), {}, {}};
  const RowSums sums = rows.collect<RowSums>("reconstructions", [&](const Inference::Chunk& chunk) {
    RowSums s{std::vector<double>(3 * width)};  // of (r − x)², x and x²
    visit_floats(chunk.clean, chunk.reconstruction(), [&](auto x, auto r) {
      for (int64_t i = 0; i < chunk.rows * width; ++i) {
        const double d = double{r[i]} - double{x[i]};
        double* sum = &s.values[3 * (i % width)];
        e.rows[chunk.first + i / width] += d * d;
        sum[0] += d * d;
        sum[1] += double{x[i]};
        sum[2] += double{x[i]} * double{x[i]};
      }
    });
    return s;
  });
  for (double& r : e.rows) r /= static_cast<double>(width);
  const auto count = static_cast<double>(rows.data.rows());
  for (int64_t j = 0; j < width; ++j) {
    const double mean = sums.values[3 * j + 1] / count;
    e.features.push_back(sums.values[3 * j] / count);
    e.variances.push_back(std::max(0.0, sums.values[3 * j + 2] / count - mean * mean));
  }
  return e;
}

/// What 1 of every scaled feature is in the data's own units; pixels stay in [0, 1].
std::vector<double> units_of_features(const Scaler& scaler, int64_t features) {
  std::vector<double> units(features, 1);
  if (scaler.kind == ScalerKind::unit || scaler.kind == ScalerKind::center) return units;
  for (int64_t j = 0; j < features; ++j) units[j] = 1 / std::abs(scaler.factor[scaler.factor.size() > 1 ? j : 0]);
  return units;
}

/// Row numbers by error, ascending.
std::vector<uint32_t> ranking(const Errors& errors) {
  auto order = all_rows(std::ssize(errors.rows));
  std::ranges::stable_sort(order, {}, [&](uint32_t i) { return errors.rows[i]; });
  return order;
}

/// Mean and standard deviation of every column.
void describe_units(ConstView codes, std::vector<double>& mean, std::vector<double>& deviation) {
  const int64_t units = codes.columns();
  const auto rows = static_cast<double>(codes.rows());
  const float* h = codes.as<float>();
  mean.assign(units, 0);
  deviation.assign(units, 0);
  for (int64_t i = 0; i < codes.size(); ++i) mean[i % units] += h[i] / rows;
  for (int64_t i = 0; i < codes.size(); ++i) {
    const double d = h[i] - mean[i % units];
    deviation[i % units] += d * d / rows;
  }
  for (double& d : deviation) d = std::sqrt(d);
}

/// Computes the parts of an analysis one after the other.
struct AnalysisBuilder {
  const Autoencoder& model;
  const Dataset data;  ///< the analysed rows
  const Corruption& corruption;
  const AnalysisOptions& options;
  Analysis a = {};
  int64_t chunk_rows = data.rows() >= kManyRows ? kRowsOfAChunk : kFewRowsOfAChunk;
  Tensor codes = {};
  int64_t typical = 0;

  /// For one part: it frees its memory when the part is done.
  Inference inference() const { return Inference(model, options.threads, chunk_rows); }

  /// Makes a part, or records why it does not apply.
  void attempt(const std::string& part, const std::function<void()>& make) {
    try {
      make();
    } catch (const Error& e) {
      a.omissions.push_back({part, e.what()});
    }
  }

  void add_examples() {
    const Errors errors = errors_of({model, inference(), data, nullptr, options.progress});
    a.feature_error = errors.features;
    a.feature_variance = errors.variances;
    a.feature_unit = units_of_features(model.scaler, data.sample.size());
    std::vector<uint32_t> order = ranking(errors);
    const auto count = std::min<size_t>(kExamples, order.size()), middle = (order.size() - count) / 2;
    typical = order[order.size() / 2];
    const auto some = [&](size_t first) {
      const auto rows = std::span(order).subspan(first, count);
      Examples e = reconstruct_samples(model, data.select(rows), Corruption({}, 0), kExamples);
      for (const uint32_t row : rows) e.errors.push_back(errors.rows[row]);
      return e;
    };
    a.best = some(0);
    a.typical = some(middle);
    std::ranges::reverse(order);
    a.worst = some(0);
    if (corruption.is_active()) a.denoised = reconstruct_samples(model, data, corruption, kExamples);
  }

  void add_metrics() {
    std::vector<std::string> names = metrics_at({Placement::report, Placement::tables, Placement::figure});
    if (!model.network().ends_in_sigmoid())
      std::erase_if(names, [](const std::string& n) { return metric_row(n).require == require_probabilities; });
    std::vector<std::string> cheap = names;
    std::erase_if(cheap, [](const std::string& n) { return metric_row(n).setting != MetricSetting::none; });
    measure(cheap, data, {.chunk_rows = chunk_rows});
    measure_some("relative_contraction", kFewestRows,
                 {.jacobian = {.probes = kReportProbes}, .chunk_rows = chunk_rows});
    measure_some("contraction_ratio", 1, {.chunk_rows = chunk_rows});
    measure_some("jacobian_spectrum", 1, {.jacobian = {.exact = true}, .chunk_rows = kFewRowsOfAChunk / 4});
    std::ranges::sort(a.metrics, {}, [&](const auto& m) { return std::ranges::find(names, m.first) - names.begin(); });
  }

  /// Measures a metric on as many rows as the budget allows.
  void measure_some(const std::string& name, int64_t fewest, const EvaluationOptions& how) {
    const double products = row_products(name, model.network()), bytes = row_bytes(name, model.network());
    const int64_t rows = affordable(products, a.rows);
    if (rows < std::min(fewest, a.rows))
      return leave_out(name, fmt::format("a row takes {:.1e} multiplications, and a report spends at most {:.0e}",
                                         products, kPartProducts));
    if (bytes > kPartBytes)
      return leave_out(name, fmt::format("a row takes {:.1e} bytes of memory, and a report spends at most {:.1e}",
                                         bytes, kPartBytes));
    if (rows < a.rows) a.metric_rows[name] = rows;
    measure({name}, evenly_spread(data, rows), how);
  }

  void leave_out(const std::string& name, const std::string& why) {
    const bool is_exact = metric_row(name).setting == MetricSetting::jacobian;
    a.omissions.push_back({name, fmt::format("{} on it; hourglass eval MODEL --metrics {}{} --rows 1 measures one row",
                                             why, name, is_exact ? " --exact" : "")});
  }

  void measure(const std::vector<std::string>& names, const Dataset& on, EvaluationOptions how) {
    how.threads = options.threads;
    how.progress = options.progress;
    how.note = [this](const Omission& o) { a.omissions.push_back(o); };
    std::ranges::move(evaluate(model, on, names, how), std::back_inserter(a.metrics));
  }

  void add_codes() {
    tell("codes", 0);
    codes = Tensor(DType::f32, {data.rows(), a.code.size()});
    copy(inference().encode(data, Mode::evaluation), codes);
    describe_units(codes, a.mean_activation, a.deviation);
    a.activations = histogram({codes.as<float>(), static_cast<size_t>(codes.size())});
    tell("map of codes", 0);
    attempt("Map of codes", [&] {
      if (const double bytes = code_map_bytes(a.code.size()); bytes > kPartBytes)
        fail("it takes {:.1e} bytes of memory, and a report spends at most {:.1e} on it", bytes, kPartBytes);
      const auto spread =
          evenly_spaced(a.rows, std::max(affordable(map_products(model.network()), a.rows), kFewestRows));
      const std::vector<int64_t> some(spread.begin(), spread.end());
      a.map = code_map(select_rows(codes, some));
      if (!data.labels.empty())
        for (const int64_t row : some) a.map->labels.push_back(data.labels[row]);
    });
  }

  void add_units() {
    if (!a.is_image()) return;
    tell("units", 0);
    const Inference own = inference();
    const EncodedRows rows{model, own, data, codes, a.mean_activation, a.deviation};
    const double products = atom_products(model.network());
    a.atoms = decoder_atoms(rows, kImages, std::max<int64_t>(1, affordable(products, a.code.size())));
    tell("units", 0);
    a.strong = strong_units(rows, *a.atoms, kStrongUnits, typical);
    attempt("First-layer filters", [&] { a.filters = first_filters(model, a.atoms->units, kImages); });
  }

  void add_prior() {
    if (!model.network().code().is_gaussian()) return;
    const Inference own = inference();
    a.prior = prior_samples(own, a.is_image() ? most_prior_samples(model.network()) : 0);
    a.prior->unit_kl = posterior({model, own, data, nullptr, options.progress}).kl;
  }

  void add_scores(const Dataset& all) {
    if (!options.anomaly) return;
    const int64_t most = std::max(a.rows, affordable(row_products("mse", model.network()), kMaxScores));
    const Inference own = inference();
    const AnomalyDetector detector{own, *options.anomaly};
    a.scores = summarise_scores(detector, all, evenly_spaced(all.rows(), most), options.progress);
    if (series_of(all)) a.trace = trace_steps(detector, all.slice(0, std::min(most, all.rows())), options.steps);
  }

  /// Gives the caller's function the chance to end the analysis.
  void tell(const char* part, double done) const {
    if (options.progress) options.progress(part, done);
  }
};

}  // namespace

Examples reconstruct_samples(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                             int64_t rows) {
  const Dataset first = data.slice(0, std::min(rows, data.rows()));
  const Inference inference(model, 1, first.rows());
  Inference::CorruptInput corrupt;
  if (corruption.is_active())
    corrupt = [&](ConstView clean, std::span<const uint32_t> ids, View input) {
      corruption.apply(clean, 0, ids, input);
    };
  Examples e;
  const auto put = [&](ConstView some, int64_t at, Tensor& all) {
    if (!all.size()) all = Tensor(some.dtype(), {first.rows(), some.columns()});
    const View rows = all.view().slice(at, some.rows());
    copy(some, rows);
    uncenter(model.scaler, rows);
  };
  const auto visit = [&](const Inference::Chunk& chunk) {  // on one thread
    put(chunk.clean, chunk.first, e.inputs);
    if (corrupt) put(chunk.input, chunk.first, e.corrupted);
    put(chunk.reconstruction(), chunk.first, e.reconstructions);
  };
  inference.reconstruct(first, visit, corrupt);
  return e;
}

Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption,
                 const AnalysisOptions& options) {
  if (data.rows() < 1) fail("{}: no rows to analyse", data.name);
  const int64_t widest = std::max(data.sample.size(), model.network().code().output().size());
  const int64_t most = std::clamp<int64_t>(kMaxValues / widest, 1, kMaxRows);
  const int64_t rows = std::max(affordable(row_products("mse", model.network()), most), std::min(most, kFewestRows));
  AnalysisBuilder builder{model, evenly_spread(data, rows), corruption, options};
  Analysis& a = builder.a;
  a.data = data.name;
  a.rows = builder.data.rows();
  a.total_rows = data.rows();
  a.sample = data.sample;
  a.code = model.network().code().output();
  a.columns = model.scaler.columns.empty() ? data.columns : model.scaler.columns;
  a.classes = data.classes;
  builder.add_examples();
  builder.add_metrics();
  builder.add_codes();
  builder.add_units();
  builder.add_prior();
  builder.add_scores(data);
  return std::move(a);
}

}  // namespace hourglass
