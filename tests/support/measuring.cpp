#include "support/measuring.h"

#include <algorithm>
#include <numeric>
#include <ranges>

namespace hourglass {

Dataset uniform_images(int64_t rows, Shape sample) {
  const Tensor x = uniforms(DType::f32, sample.batch(rows), 7, 0, 1);
  return {"random", sample, std::vector<float>(x.as<float>(), x.as<float>() + x.size()), {}};
}

std::vector<double> values_of(const Dataset& data) {
  return data.with_rows([&](const auto& rows) {
    std::vector<double> values;
    rows.for_each(std::views::iota(int64_t{0}, data.rows()),
                  [&](const auto* x) { values.insert(values.end(), x, x + data.sample.size()); });
    return values;
  });
}

Dataset reversed(const Dataset& data) {
  std::vector<uint32_t> rows(data.rows());
  std::iota(rows.rbegin(), rows.rend(), 0u);
  return data.select(rows);
}

double trace(const std::vector<double>& x, int64_t columns) {
  const auto rows = static_cast<double>(x.size()) / static_cast<double>(columns);
  double sum = 0;
  for (int64_t j = 0; j < columns; ++j) {
    double mean = 0;
    for (size_t i = j; i < x.size(); i += columns) mean += x[i] / rows;
    for (size_t i = j; i < x.size(); i += columns) sum += (x[i] - mean) * (x[i] - mean) / rows;
  }
  return sum;
}

Autoencoder fresh(const ModelConfig& config, Shape input) {
  Autoencoder a(config, input, DType::f64);
  initialise(a.network(), {}, 1, a.theta());
  return a;
}

double measure(const Autoencoder& a, const Dataset& data, const std::string& name, const EvaluationOptions& options) {
  return std::get<double>(evaluate(a, data, std::vector{name}, options).at(0).second);
}

std::vector<double> flat(const MetricValue& value) {
  if (const auto* curve = std::get_if<ContractionCurve>(&value)) return curve->ratios;
  if (const auto* list = std::get_if<std::vector<double>>(&value)) return *list;
  if (const auto* estimate = std::get_if<Estimate>(&value)) return {estimate->value};
  return {std::get<double>(value)};
}

}  // namespace hourglass
