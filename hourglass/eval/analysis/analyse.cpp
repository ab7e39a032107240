#include "hourglass/eval/analysis/analyse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/eval/analysis/code_map.h"
#include "hourglass/eval/analysis/spectrum.h"
#include "hourglass/eval/analysis/unit_images.h"
#include "hourglass/eval/metric_table.h"
#include "hourglass/eval/metrics.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kMaxRows = 2000;
constexpr int64_t kMaxValues = int64_t{1} << 24;  // inputs or codes in memory at once: 64 MB
constexpr int64_t kExamples = 8, kImages = 64, kStrongUnits = 8;
constexpr int64_t kBins = 50;
constexpr int64_t kProbes = 8;
constexpr double kMaxSpectrumProducts = 5e9;  // less than a second
constexpr int64_t kMinSpectra = 4;
const std::string kSpectrum = "jacobian_spectrum";

/// `count` evenly spaced rows; all rows where there are not more.
Dataset evenly_spread(const Dataset& data, int64_t count) {
  return count >= data.rows() ? data : data.select(evenly_spaced(data.rows(), count));
}

/// Σ (r − x)² per row and, over rows, per feature.
struct Errors {
  std::vector<double> rows, features;
};

Errors errors_of(const Inference& inference, const Dataset& data) {
  Errors e{std::vector<double>(data.rows()), std::vector<double>(data.sample.size())};
  std::vector<std::vector<double>> parts(inference.chunks(data.rows()), e.features);
  inference.reconstruct(data, [&](const Inference::Chunk& chunk) {
    const auto width = static_cast<int64_t>(e.features.size());
    visit_floats(chunk.clean, chunk.reconstruction(), [&](auto x, auto r) {
      for (int64_t i = 0; i < chunk.rows * width; ++i) {
        const double d = double{r[i]} - double{x[i]};
        e.rows[chunk.first + i / width] += d * d;
        parts[chunk.index][i % width] += d * d;
      }
    });
  });
  for (const auto& part : parts) std::ranges::transform(e.features, part, e.features.begin(), std::plus{});
  for (double& f : e.features) f /= static_cast<double>(data.rows());
  for (double& r : e.rows) r /= static_cast<double>(data.sample.size());
  return e;
}

/// Row numbers by error, ascending.
std::vector<uint32_t> ranking(const Errors& errors) {
  std::vector<uint32_t> order(errors.rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](uint32_t i) { return errors.rows[i]; });
  return order;
}

Histogram histogram(ConstView values) {
  const float *first = values.as<float>(), *end = first + values.size();
  const auto [low, high] = std::minmax_element(first, end);
  Histogram h{*low, *high, std::vector<int64_t>(kBins)};
  if (h.high <= h.low) h.high = h.low + 1;
  for (const float* v = first; v < end; ++v) {
    const double place = (*v - h.low) / (h.high - h.low) * kBins;
    ++h.counts[std::clamp<int64_t>(static_cast<int64_t>(place), 0, kBins - 1)];
  }
  return h;
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
  int threads;
  Analysis a = {};
  Inference inference{model, threads};
  Tensor codes = {};
  int64_t typical = 0;

  /// Makes a part, or records why it does not apply.
  void attempt(const std::string& part, const std::function<void()>& make) {
    try {
      make();
    } catch (const Error& e) {
      a.omissions.push_back({part, e.what()});
    }
  }

  void add_examples() {
    const Errors errors = errors_of(inference, data);
    a.feature_error = errors.features;
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
    std::erase(names, kSpectrum);
    if (!model.network().ends_in_sigmoid())
      std::erase_if(names, [](const std::string& n) { return metric_row(n).require == require_probabilities; });
    measure(names, data, {.threads = threads, .jacobian = {.probes = kProbes}});
    const auto affordable = static_cast<int64_t>(kMaxSpectrumProducts / spectrum_products(model.network()));
    const Dataset few = evenly_spread(data, std::max(affordable, kMinSpectra));
    a.spectrum_rows = few.rows();
    measure({kSpectrum}, few, {.threads = threads, .jacobian = {.exact = true}});
  }

  void measure(const std::vector<std::string>& names, const Dataset& on, EvaluationOptions options) {
    options.note = [this](const Omission& o) { a.omissions.push_back(o); };
    std::ranges::move(evaluate(model, on, names, options), std::back_inserter(a.metrics));
  }

  void add_codes() {
    codes = Tensor(DType::f32, {data.rows(), a.code.size()});
    copy(inference.encode(data, Mode::evaluation), codes);
    describe_units(codes, a.mean_activation, a.deviation);
    a.activations = histogram(codes);
    attempt("Map of codes", [&] {
      a.map = code_map(codes);
      a.map->labels = data.labels;
    });
  }

  void add_units() {
    const EncodedRows rows{model, inference, data, codes, a.mean_activation, a.deviation};
    a.atoms = decoder_atoms(rows, kImages);
    a.strong = strong_units(rows, *a.atoms, kStrongUnits, typical);
    attempt("First-layer filters", [&] { a.filters = first_filters(model, a.atoms->units, kImages); });
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
  const auto uncentred = [&](ConstView v) {
    Tensor t(v.dtype(), {v.rows(), v.columns()});
    copy(v, t);
    uncenter(model.scaler, t);
    return t;
  };
  const auto visit = [&](const Inference::Chunk& chunk) {
    e.inputs = uncentred(chunk.clean);
    if (corrupt) e.corrupted = uncentred(chunk.input);
    e.reconstructions = uncentred(chunk.reconstruction());
  };
  inference.reconstruct(first, visit, corrupt);
  return e;
}

Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int threads) {
  if (data.rows() < 1) fail("{}: no rows to analyse", data.name);
  const int64_t widest = std::max(data.sample.size(), model.network().code().output().size());
  const int64_t rows = std::clamp<int64_t>(kMaxValues / widest, 1, kMaxRows);
  AnalysisBuilder builder{model, evenly_spread(data, rows), corruption, threads};
  Analysis& a = builder.a;
  a.data = data.name;
  a.rows = builder.data.rows();
  a.total_rows = data.rows();
  a.sample = data.sample;
  a.code = model.network().code().output();
  builder.add_examples();
  builder.add_metrics();
  builder.add_codes();
  builder.add_units();
  return std::move(a);
}

}  // namespace hourglass
