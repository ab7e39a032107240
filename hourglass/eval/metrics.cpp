#include "hourglass/eval/metrics.h"

#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/text.h"
#include "hourglass/objective/contractive.h"

namespace hourglass {

namespace {

struct Context {
  const Autoencoder& model;
  const Dataset& data;
  const Inference& inference;
  const Inference::Disturb& disturb;

  double elements() const { return static_cast<double>(data.rows()) * static_cast<double>(data.sample.size()); }
};

/// Σ over chunks of f(chunk), added in the order of the chunks.
template <class F>
double sum_over_chunks(const Context& c, F f) {
  std::vector<double> sums(c.inference.chunks(c.data.rows()));
  c.inference.reconstruct(
      c.data, [&](const Inference::Chunk& chunk) { sums[chunk.index] = f(chunk); }, c.disturb);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double bce(const Context& c) {
  if (!c.model.network().ends_in_sigmoid()) fail("bce: the model's decoder does not end in a sigmoid; use mse");
  return mean_bce(c.inference, c.data, {}, c.disturb);
}

double mse(const Context& c) { return mean_squared_error(c.inference, c.data, {}, c.disturb); }

double entropy(double x) { return x <= 0 || x >= 1 ? 0.0 : -x * std::log(x) - (1 - x) * std::log(1 - x); }

double bce_excess(const Context& c) {
  const double floor = sum_over_chunks(c, [](const Inference::Chunk& chunk) {
    const float* x = chunk.clean.as<float>();
    return std::accumulate(x, x + chunk.clean.size(), 0.0, [](double sum, float v) { return sum + entropy(v); });
  });
  return bce(c) - floor / c.elements();
}

double fvu(const Context& c) {
  const int64_t features = c.data.sample.size(), chunks = c.inference.chunks(c.data.rows());
  std::vector<double> sums(chunks * features), squares(chunks);
  c.inference.reconstruct(c.data, [&](const Inference::Chunk& chunk) {
    ops::column_sums(chunk.clean, std::span(sums).subspan(chunk.index * features, features));
    squares[chunk.index] = ops::sum_of_squares(chunk.clean);
  });
  double variance = std::accumulate(squares.begin(), squares.end(), 0.0);
  for (int64_t j = 0; j < features; ++j) {
    double sum = 0;
    for (int64_t k = 0; k < chunks; ++k) sum += sums[k * features + j];
    variance -= sum * sum / static_cast<double>(c.data.rows());
  }
  if (variance <= 0) fail("fvu: the data are constant, nothing is to be explained");
  return mse(c) * c.elements() / variance;
}

double contractive(const Context& c) {
  // With weight 0 nothing is trained, so nothing is too dear.
  const auto penalty = make_contractive({.weight = 0.0, .force = true}, c.model.network(), 0);
  penalty->prepare(c.model.theta());
  const double total = sum_over_chunks(c, [&](const Inference::Chunk& chunk) {
    Arena arena;
    std::vector<double> sums(penalty->statistics());
    penalty->observe({chunk.network,
                      c.model.theta(),
                      chunk.input,
                      chunk.activations.values,
                      chunk.rows,
                      chunk.rows,
                      arena,
                      0,
                      {},
                      {}},
                     sums);
    return penalty->value(c.model.theta(), sums, 1);
  });
  return total / static_cast<double>(c.data.rows());
}

double mean_activation(const Context& c) {
  const auto units = static_cast<double>(c.model.network().code().output().size());
  const double total = sum_over_chunks(c, [](const Inference::Chunk& chunk) {
    const float* h = chunk.code().as<float>();
    return std::accumulate(h, h + chunk.code().size(), 0.0);
  });
  return total / (units * static_cast<double>(c.data.rows()));
}

struct Row {
  const char* name;
  double (*compute)(const Context&);
};
constexpr std::array kTable = {
    Row{"bce", bce},
    Row{"bce_excess", bce_excess},
    Row{"mse", mse},
    Row{"fvu", fvu},
    Row{"explained_variance", [](const Context& c) { return 1 - fvu(c); }},
    Row{"contractive", contractive},
    Row{"mean_activation", mean_activation},
};

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Row& row : kTable) names.emplace_back(row.name);
  return names;
}

Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names, int threads,
                 const Inference::Disturb& disturb) {
  const Inference inference(model, threads);
  const Context context{model, data, inference, disturb};
  const auto known = metric_names();
  for (const std::string& name : names)
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail("unknown metric \"{}\"{}", name, did_you_mean(name, known));
  Metrics metrics;
  for (const std::string& name : names)
    for (const Row& row : kTable)
      if (row.name == name) metrics.emplace_back(name, row.compute(context));
  return metrics;
}

}  // namespace hourglass
