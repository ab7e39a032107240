#include "hourglass/eval/analysis/analyse.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/eval/analysis/code_map.h"
#include "hourglass/eval/analysis/samples.h"
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

Examples examples(const Autoencoder& model, const Inference& inference, const Dataset& data,
                  std::span<const uint32_t> rows, const Errors& errors) {
  const auto count = static_cast<int64_t>(rows.size());
  Examples e{Tensor(DType::f32, {count, data.sample.size()}), Tensor(DType::f32, {count, data.sample.size()}), {}};
  inference.reconstruct(data, rows, [&](const Inference::Chunk& chunk) {
    copy(chunk.clean, e.inputs.view().slice(chunk.first, chunk.rows));
    copy(chunk.reconstruction(), e.reconstructions.view().slice(chunk.first, chunk.rows));
  });
  uncenter(model.scaler, e.inputs);
  uncenter(model.scaler, e.reconstructions);
  for (const uint32_t row : rows) e.errors.push_back(errors.rows[row]);
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
class AnalysisBuilder {
 public:
  AnalysisBuilder(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int64_t rows,
                  int threads)
      : model_(model),
        data_(evenly_spread(data, rows)),
        corruption_(corruption),
        threads_(threads),
        inference_(model, threads) {
    a_.data = data.name;
    a_.rows = data_.rows();
    a_.total_rows = data.rows();
    a_.sample = data.sample;
    a_.code = model.network().code().output();
  }

  Analysis run() && {
    add_examples();
    add_metrics();
    add_codes();
    add_units();
    return std::move(a_);
  }

 private:
  /// Makes a part, or records why it does not apply.
  void attempt(const std::string& part, const std::function<void()>& make) {
    try {
      make();
    } catch (const Error& e) {
      a_.omissions.push_back({part, e.what()});
    }
  }

  void add_examples() {
    const Errors errors = errors_of(inference_, data_);
    a_.feature_error = errors.features;
    std::vector<uint32_t> order = ranking(errors);
    const auto count = std::min<size_t>(kExamples, order.size()), middle = (order.size() - count) / 2;
    typical_ = order[order.size() / 2];
    const auto some = [&](size_t first) {
      return examples(model_, inference_, data_, std::span(order).subspan(first, count), errors);
    };
    a_.best = some(0);
    a_.typical = some(middle);
    std::ranges::reverse(order);
    a_.worst = some(0);
    if (!corruption_.is_active()) return;
    auto s = reconstruct_samples(model_, data_, corruption_, kExamples);
    a_.denoised = DenoisedExamples{std::move(s.clean), std::move(s.corrupted), std::move(s.reconstruction)};
  }

  void add_metrics() {
    std::vector<std::string> names = metrics_at({Placement::report, Placement::tables, Placement::figure});
    std::erase(names, kSpectrum);
    if (!model_.network().ends_in_sigmoid())
      std::erase_if(names, [](const std::string& n) { return metric_row(n).require == require_probabilities; });
    measure(names, data_, {.threads = threads_, .jacobian = {.probes = kProbes}});
    const auto affordable = static_cast<int64_t>(kMaxSpectrumProducts / spectrum_products(model_.network()));
    const Dataset few = evenly_spread(data_, std::max(affordable, kMinSpectra));
    a_.spectrum_rows = few.rows();
    measure({kSpectrum}, few, {.threads = threads_, .jacobian = {.exact = true}});
  }

  void measure(const std::vector<std::string>& names, const Dataset& data, EvaluationOptions options) {
    options.note = [this](const Omission& o) { a_.omissions.push_back(o); };
    std::ranges::move(evaluate(model_, data, names, options), std::back_inserter(a_.metrics));
  }

  void add_codes() {
    codes_ = Tensor(DType::f32, {data_.rows(), a_.code.size()});
    copy(inference_.encode(data_, Mode::evaluation), codes_);
    describe_units(codes_, a_.mean_activation, a_.deviation);
    a_.activations = histogram(codes_);
    attempt("Map of codes", [&] {
      a_.map = code_map(codes_);
      a_.map->labels = data_.labels;
    });
  }

  void add_units() {
    const EncodedRows rows{model_, inference_, data_, codes_, a_.mean_activation, a_.deviation};
    a_.atoms = decoder_atoms(rows, kImages);
    a_.strong = strong_units(rows, *a_.atoms, kStrongUnits, typical_);
    attempt("First-layer filters", [&] { a_.filters = first_filters(model_, a_.atoms->units, kImages); });
  }

  const Autoencoder& model_;
  Dataset data_;
  const Corruption& corruption_;
  int threads_;
  Inference inference_;
  Tensor codes_;
  int64_t typical_ = 0;
  Analysis a_;
};

}  // namespace

Analysis analyse(const Autoencoder& model, const Dataset& data, const Corruption& corruption, int threads) {
  if (data.rows() < 1) fail("{}: no rows to analyse", data.name);
  const int64_t widest = std::max(data.sample.size(), model.network().code().output().size());
  const int64_t rows = std::clamp<int64_t>(kMaxValues / widest, 1, kMaxRows);
  return AnalysisBuilder(model, data, corruption, rows, threads).run();
}

}  // namespace hourglass
