#include "hourglass/eval/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/text.h"
#include "hourglass/eval/measurements.h"

namespace hourglass {

namespace {

double bce(Measurements& m) {
  if (!m.network().ends_in_sigmoid()) fail("bce: the model's decoder does not end in a sigmoid; use mse");
  return m.bce();
}

double elements(const Measurements& m) { return m.rows() * static_cast<double>(m.features()); }

double bce_excess(Measurements& m) { return bce(m) - m.totals().entropy / elements(m); }

double mse(Measurements& m) { return m.mse(); }

double fvu(Measurements& m) {
  const double scatter = m.totals().inputs.scatter;
  if (scatter <= 0) fail("fvu: the data are constant, nothing is to be explained");
  return m.mse() * elements(m) / scatter;
}

double nmse(Measurements& m) {
  const double squares = m.totals().squares;
  if (squares <= 0) fail("nmse: the data are all zero");
  return m.mse() * elements(m) / squares;
}

double contractive(Measurements& m) {
  const auto& squared = m.squared_jacobian_norms();
  return std::accumulate(squared.begin(), squared.end(), 0.0) / m.rows();
}

double jacobian_frobenius(Measurements& m) {
  if (m.options().jacobian.probes > 0)
    fail("jacobian_frobenius: the square root of an estimate is biased, so it takes no probes; ask for contractive");
  double sum = 0;
  for (const double squared : m.squared_jacobian_norms()) sum += std::sqrt(squared);
  return sum / m.rows();
}

double relative_contraction(Measurements& m) {
  const Totals& t = m.totals();
  if (t.codes.scatter <= 0) fail("relative_contraction: the code is the same for all data");
  return std::sqrt(contractive(m) * t.inputs.scatter / static_cast<double>(m.features()) / t.codes.scatter);
}

double codes(const Measurements& m) { return m.rows() * static_cast<double>(m.units()); }

double mean_activation(Measurements& m) { return m.totals().activation / codes(m); }

double saturation(Measurements& m) {
  const Activation* last = m.network().code().activation();
  if (!last || !last->is_unit_interval()) fail("saturation: the encoder does not end in a sigmoid");
  return m.totals().saturated / codes(m);
}

double l0(Measurements& m) {
  const auto& firings = m.totals().firings;
  return std::accumulate(firings.begin(), firings.end(), 0.0) / m.rows();
}

double dead_frac(Measurements& m) {
  const auto dead = std::ranges::count(m.totals().firings, 0.0);
  return static_cast<double>(dead) / static_cast<double>(m.units());
}

/// Σ of the eigenvalues a code of this size must leave out.
double discarded(Measurements& m) {
  if (m.units() >= m.features())
    fail("pca: the code has {} units for {} features; a linear one as large as the data leaves nothing out", m.units(),
         m.features());
  const auto& variances = m.principal_components().variances;
  return std::accumulate(variances.begin() + m.units(), variances.end(), 0.0);
}

double pca_mse(Measurements& m) { return discarded(m) / static_cast<double>(m.features()); }

double pca_gap(Measurements& m) {
  const double best = pca_mse(m), all = m.totals().inputs.scatter / elements(m);
  if (best <= 1e-12 * all) fail("pca_gap: {} principal components leave nothing of the data out", m.units());
  return m.mse() / best - 1;
}

double pca_angle(Measurements& m) {
  discarded(m);
  const auto& columns = m.decoder_columns();
  if (!columns)
    fail("pca_angle: the decoder is not linear, so it spans no plane; pca_mse and pca_gap compare any model");
  return largest_angle(*columns, m.principal_components().directions.view().slice(0, m.units()));
}

struct Row {
  std::string_view name;
  double (*compute)(Measurements&);
  bool of_jacobian = false;
};
constexpr std::array kTable = {
    Row{"bce", bce},
    Row{"bce_excess", bce_excess},
    Row{"mse", mse},
    Row{"nmse", nmse},
    Row{"fvu", fvu},
    Row{"explained_variance", [](Measurements& m) { return 1 - fvu(m); }},
    Row{"contractive", contractive, true},
    Row{"jacobian_frobenius", jacobian_frobenius, true},
    Row{"relative_contraction", relative_contraction, true},
    Row{"mean_activation", mean_activation},
    Row{"saturation", saturation},
    Row{"l0", l0},
    Row{"dead_frac", dead_frac},
    Row{"pca_mse", pca_mse},
    Row{"pca_gap", pca_gap},
    Row{"pca_angle", pca_angle},
};

/// Known names, each once, "pca" as the metrics it stands for.
std::vector<std::string> expanded(std::span<const std::string> names, Measurements& m) {
  const auto known = metric_names();
  std::vector<std::string> all;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  };
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) fail("unknown metric \"{}\"{}", name, did_you_mean(name, known));
    if (name != "pca") {
      add(name);
      continue;
    }
    add("pca_mse");
    add("pca_gap");
    if (m.decoder_columns()) add("pca_angle");
  }
  return all;
}

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Row& row : kTable) names.emplace_back(row.name);
  names.emplace_back("pca");
  return names;
}

Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options) {
  Measurements measurements(model, data, options);
  std::vector<const Row*> rows;
  for (const std::string& name : expanded(names, measurements))
    rows.push_back(std::ranges::find(kTable, name, &Row::name));
  const bool is_told_how = options.jacobian.probes > 0 || options.jacobian.exact;
  if (is_told_how && std::ranges::none_of(rows, &Row::of_jacobian))
    fail("probes or exact: no metric of the Jacobian is asked for; expected contractive or relative_contraction");
  Metrics metrics;
  for (const Row* row : rows) metrics.emplace_back(row->name, row->compute(measurements));
  return metrics;
}

}  // namespace hourglass
