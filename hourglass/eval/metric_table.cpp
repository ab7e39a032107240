#include "hourglass/eval/metric_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/data/unit_interval.h"
#include "hourglass/eval/analysis/spectrum.h"
#include "hourglass/eval/classify/neighbours.h"
#include "hourglass/eval/classify/probe.h"
#include "hourglass/eval/image_quality.h"
#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

namespace {

// What metrics require. Messages do not name the metric.

void probabilities(Measurements& m) {
  if (!m.network().ends_in_sigmoid()) fail("the model's decoder does not end in a sigmoid; use mse");
  check_unit_interval(m.data(), m.model().scaler);
}

void affordable_jacobian(Measurements& m) { check_jacobian_cost(m.network(), m.options().jacobian); }

void exact_jacobian(Measurements& m) {
  if (m.options().jacobian.probes > 0)
    fail("the square root of an estimate is biased, so it takes no probes; ask for contractive");
  affordable_jacobian(m);
}

void affordable_spectrum(Measurements& m) {
  if (m.options().jacobian.probes > 0) fail("it takes no probes: they tell nothing but the norm");
  const double cost = spectrum_cost(m.network());
  if (cost > kMaxRelativeCost && !m.options().jacobian.exact)
    fail(
        "the singular values of {} × {} numbers per sample take about {:.0f} × a plain training step, more than "
        "{:.0f}; use --exact, with --rows for some of the data",
        m.units(), m.features(), cost, kMaxRelativeCost);
}

void sigmoid_code(Measurements& m) {
  const auto last = m.network().code().activation();
  if (!last || !last->is_unit_interval()) fail("the encoder does not end in a sigmoid");
}

void code_below_data(Measurements& m) {
  if (m.units() >= m.features())
    fail("the code has {} units for {} features; a linear one as large as the data leaves nothing out", m.units(),
         m.features());
}

void linear_decoder(Measurements& m) {
  code_below_data(m);
  if (!m.decoder_columns())
    fail("the decoder is not linear, so it spans no plane; pca_mse and pca_gap compare any model");
}

void labelled(Measurements& m, int64_t fewest) {
  const Dataset* train = m.options().train;
  if (!train)
    fail("{}: no other part to learn from; it takes data with a training and a test part, and no --split train",
         m.data().name);
  for (const Dataset* d : {train, &m.data()})
    if (d->labels.empty()) fail("{}: no labels", d->name);
  if (train->rows() < fewest)
    fail("{}: {} rows to learn from, at least {} are needed", train->name, train->rows(), fewest);
}

// What metrics are.

double elements(const Measurements& m) { return m.rows() * static_cast<double>(m.features()); }

double codes(const Measurements& m) { return m.rows() * static_cast<double>(m.units()); }

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double bce_excess(Measurements& m) { return m.bce() - m.totals().entropy / elements(m); }

double fvu(Measurements& m) {
  const double scatter = m.totals().inputs.scatter;
  if (scatter <= 0) fail("the data are constant, nothing is to be explained");
  return m.mse() * elements(m) / scatter;
}

double nmse(Measurements& m) {
  const double squares = m.totals().squares;
  if (squares <= 0) fail("the data are all zero");
  return m.mse() * elements(m) / squares;
}

double contractive(Measurements& m) { return sum_of(m.squared_jacobian_norms()) / m.rows(); }

double jacobian_frobenius(Measurements& m) {
  double sum = 0;
  for (const double squared : m.squared_jacobian_norms()) sum += std::sqrt(squared);
  return sum / m.rows();
}

void varying_code(Measurements& m) {
  if (m.totals().codes.scatter <= 0) fail("the code is the same for all data");
}

double relative_contraction(Measurements& m) {
  varying_code(m);
  const Totals& t = m.totals();
  return std::sqrt(contractive(m) * t.inputs.scatter / static_cast<double>(m.features()) / t.codes.scatter);
}

ContractionCurve contraction_ratio(Measurements& m) {
  return contraction_curve(m.measured(), m.options().radii.empty() ? kRadii : m.options().radii);
}

double code_displacement(Measurements& m) {
  varying_code(m);
  return m.robustness().code_displacement;
}

std::vector<double> density(Measurements& m) {
  std::vector<double> rates = m.totals().firings;
  for (double& r : rates) r /= m.rows();
  return rates;
}

double dead_frac(Measurements& m) {
  return static_cast<double>(std::ranges::count(m.totals().firings, 0.0)) / static_cast<double>(m.units());
}

double probe_error(Measurements& m) {
  return linear_probe(m.classified_codes(), m.options().threads, m.options().progress).error;
}

double knn_error(Measurements& m) {
  return nearest_neighbour_error(m.classified_codes(), kNeighbours, m.options().threads, m.options().progress);
}

/// The mean over features of the eigenvalues that a code of this size must leave out.
double pca_mse(Measurements& m) {
  const auto& variances = m.principal_components().variances;
  return std::accumulate(variances.begin() + m.units(), variances.end(), 0.0) / static_cast<double>(m.features());
}

double pca_gap(Measurements& m) {
  const double best = pca_mse(m), all = m.totals().inputs.scatter / elements(m);
  if (best <= 1e-12 * all) fail("{} principal components leave nothing of the data out", m.units());
  return m.mse() / best - 1;
}

double pca_angle(Measurements& m) {
  return largest_angle(*m.decoder_columns(), m.principal_components().directions.view().slice(0, m.units()));
}

}  // namespace

const std::vector<MetricRow>& metric_table() {
  using M = Measurements;
  using enum MetricSetting;
  static const std::vector<MetricRow> table = {
      {"bce", [](M& m) { return m.bce(); }, probabilities},
      {"bce_excess", bce_excess, probabilities},
      {"mse", [](M& m) { return m.mse(); }},
      {"nmse", nmse},
      {"fvu", fvu},
      {"explained_variance", [](M& m) { return 1 - fvu(m); }},
      {"psnr", [](M& m) { return mean_psnr(m.measured()); }, [](M& m) { refuse_unless_images(m.data(), 1); }},
      {"ssim", [](M& m) { return mean_ssim(m.measured()); }, [](M& m) { refuse_unless_images(m.data(), kSsimWindow); }},
      {"corrupted_mse", [](M& m) { return m.robustness().corrupted_mse; }, [](M&) {}, corruption},
      {"contractive", contractive, affordable_jacobian, jacobian},
      {"jacobian_frobenius", jacobian_frobenius, exact_jacobian, jacobian},
      {"relative_contraction", relative_contraction, affordable_jacobian, jacobian},
      {"jacobian_spectrum", [](M& m) { return jacobian_spectrum(m.measured()); }, affordable_spectrum, jacobian},
      {"contraction_ratio", contraction_ratio, [](M&) {}, radii},
      {"code_displacement", code_displacement, [](M&) {}, corruption},
      {"mean_activation", [](M& m) { return m.totals().activation / codes(m); }},
      {"unit_activation", [](M& m) { return m.totals().codes.mean; }},
      {"saturation", [](M& m) { return m.totals().saturated / codes(m); }, sigmoid_code},
      {"l0", [](M& m) { return sum_of(m.totals().firings) / m.rows(); }},
      {"l1", [](M& m) { return m.totals().absolutes / m.rows(); }},
      {"density", density},
      {"dead_frac", dead_frac},
      {"probe_error", probe_error, [](M& m) { labelled(m, 2); }},
      {"knn_error", knn_error, [](M& m) { labelled(m, kNeighbours); }},
      {"pca_mse", pca_mse, code_below_data},
      {"pca_gap", pca_gap, code_below_data},
      {"pca_angle", pca_angle, linear_decoder},
  };
  return table;
}

}  // namespace hourglass
