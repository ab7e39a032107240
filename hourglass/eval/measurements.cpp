#include "hourglass/eval/measurements.h"

#include <cmath>

#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

double entropy(double x) { return x <= 0 || x >= 1 ? 0.0 : -x * std::log(x) - (1 - x) * std::log(1 - x); }

Totals totals_of(const Inference::Chunk& chunk) {
  const ConstView x = chunk.clean, h = chunk.code();
  Totals t{.inputs = row_moments(x), .codes = row_moments(h), .firings = std::vector<double>(h.columns())};
  for_each_value(x, [&](int64_t, double v) {
    t.squares += v * v;
    t.entropy += entropy(v);
  });
  for_each_value(h, [&, units = h.columns()](int64_t i, double v) {
    t.activation += v;
    t.absolutes += std::abs(v);
    t.saturated += v < 0.05 || v > 0.95;
    t.firings[i % units] += v != 0;
  });
  return t;
}

}  // namespace

void Totals::add(const Totals& part) {
  inputs.add(part.inputs);
  codes.add(part.codes);
  squares += part.squares;
  entropy += part.entropy;
  activation += part.activation;
  absolutes += part.absolutes;
  saturated += part.saturated;
  firings.resize(part.firings.size());
  for (size_t j = 0; j < firings.size(); ++j) firings[j] += part.firings[j];
}

Measurements::Measurements(const Autoencoder& model, const Dataset& data, const EvaluationOptions& options)
    : bce([this] { return mean_bce(inference_, data_, {}, options_.corrupt_input); }),
      mse([this] { return mean_squared_error(inference_, data_, {}, options_.corrupt_input); }),
      totals([this] { return measured_.collect<Totals>("activity", totals_of); }),
      squared_jacobian_norms([this] { return hourglass::squared_jacobian_norms(measured_, options_.jacobian.probes); }),
      robustness([this] {
        return hourglass::robustness(measured_, options_.corruption.value_or(CorruptionConfig{.gaussian = 0.2}));
      }),
      posterior([this] { return hourglass::posterior(measured_); }),
      classified_codes([this] { return hourglass::classified_codes(inference_, *options_.train, data_); }),
      principal_components([this] { return hourglass::principal_components(data_, model_.scaler, options_.threads); }),
      decoder_columns([this] { return hourglass::decoder_columns(model_, inference_); }),
      model_(model),
      data_(data),
      options_(options),
      inference_(model, options.threads, options.chunk_rows),
      measured_{model, inference_, data, options.corrupt_input, options.progress} {
  model.check_fits(data);
  if (options.train) model.check_fits(*options.train);
}

}  // namespace hourglass
