#include "hourglass/eval/metric_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/data/scaler.h"
#include "hourglass/eval/analysis/budget.h"
#include "hourglass/eval/analysis/spectrum.h"
#include "hourglass/eval/classify/neighbours.h"
#include "hourglass/eval/classify/probe.h"
#include "hourglass/eval/image_quality.h"
#include "hourglass/eval/measurements.h"
#include "hourglass/objective/jacobian/jacobian_norm.h"

namespace hourglass {

namespace {

// Requirements. Their messages do not name the metric: evaluate() does.

void nothing(Measurements&) {}

void affordable_jacobian(Measurements& m) { check_jacobian_cost(m.network(), m.options().jacobian); }

void exact_jacobian(Measurements& m) {
  if (m.options().jacobian.probes > 0)
    fail("the square root of an estimate is biased, so it cannot be estimated by probes; use contractive");
  affordable_jacobian(m);
}

void affordable_spectrum(Measurements& m) {
  if (m.options().jacobian.probes > 0) fail("probes estimate only the norm, not singular values");
  if (const double bytes = spectrum_bytes(m.network()); bytes > kPartBytes && !m.options().jacobian.exact)
    fail(
        "the {} × {} Jacobian of a row takes about {:.0f} MB on every thread; use --exact, and --rows to limit the "
        "data",
        m.units(), m.features(), bytes / 1e6);
  const double cost = spectrum_cost(m.network());
  if (cost > kMaxRelativeCost && !m.options().jacobian.exact)
    fail(
        "singular values of the {} × {} Jacobian cost about {:.0f} × a plain training step, more than "
        "{:.0f}; use --exact, and --rows to limit the data",
        m.units(), m.features(), cost, kMaxRelativeCost);
}

void sigmoid_code(Measurements& m) {
  const auto last = m.network().code().activation();
  if (!last || !last->is_unit_interval()) fail("the encoder does not end in a sigmoid");
}

void code_below_data(Measurements& m) {
  if (m.units() >= m.features())
    fail("the code has {} units for {} features; a linear code of this size loses nothing", m.units(), m.features());
}

void linear_decoder(Measurements& m) {
  code_below_data(m);
  if (!m.decoder_columns())
    fail("the decoder is not linear, so its columns span no subspace; pca_mse and pca_gap apply to any model");
}

void gaussian_code(Measurements& m) {
  if (!m.network().code().is_gaussian())
    fail("the encoder does not end in {{ gaussian = H }}, so that a code has no distribution");
}

/// bce and mse are likelihoods of a decoder.
void likelihood(Measurements& m) {
  gaussian_code(m);
  if (m.network().ends_in_sigmoid()) check_unit_interval(m.data(), m.model().scaler);
}

void pairs_of_rows(Measurements& m) {
  const int64_t rows = m.data().rows();
  if (rows < 2) fail("{}: 1 row, at least 2 are needed", m.data().name);
  if (rows > kMostMmdRows)
    fail("{}: takes all pairs of {} rows, at most {} are allowed; use --rows to limit the data", m.data().name, rows,
         kMostMmdRows);
}

void labelled(Measurements& m, int64_t fewest) {
  const Dataset* train = m.options().train;
  if (!train)
    fail(
        "{}: no training part to fit a classifier on; it needs data with a training and a test part, without "
        "--split train",
        m.data().name);
  for (const Dataset* d : {train, &m.data()})
    if (d->labels.empty()) fail("{}: no labels", d->name);
  if (train->rows() < fewest)
    fail("{}: {} rows to fit a classifier on, at least {} are needed", train->name, train->rows(), fewest);
}

// Definitions.

double elements(const Measurements& m) { return m.rows() * static_cast<double>(m.features()); }

double codes(const Measurements& m) { return m.rows() * static_cast<double>(m.units()); }

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

double bce_excess(Measurements& m) { return m.bce() - m.totals().entropy / elements(m); }

double fvu(Measurements& m) {
  const double scatter = m.totals().inputs.scatter;
  if (scatter <= 0) fail("the data are constant, there is no variance to explain");
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

void require_varying_code(Measurements& m) {
  if (m.totals().codes.scatter <= 0) fail("the code is the same for all rows");
}

double relative_contraction(Measurements& m) {
  require_varying_code(m);
  const Totals& t = m.totals();
  return std::sqrt(contractive(m) * t.inputs.scatter / static_cast<double>(m.features()) / t.codes.scatter);
}

double code_displacement(Measurements& m) {
  require_varying_code(m);
  return m.robustness().code_displacement;
}

double active_units(Measurements& m) {
  return static_cast<double>(
      std::ranges::count_if(m.posterior().variance, [](double v) { return v > kActiveVariance; }));
}

Estimate log_likelihood(Measurements& m) {
  const int64_t samples = m.options().samples > 0 ? m.options().samples : kImportanceSamples;
  return {importance_log_likelihood(m.measured(), samples), samples};
}

std::vector<double> density(Measurements& m) {
  std::vector<double> rates = m.totals().firings;
  for (double& r : rates) r /= m.rows();
  return rates;
}

/// Sum of the eigenvalues beyond the code size, divided by the number of features.
double pca_mse(Measurements& m) {
  const auto& variances = m.principal_components().variances;
  return std::accumulate(variances.begin() + m.units(), variances.end(), 0.0) / static_cast<double>(m.features());
}

double pca_gap(Measurements& m) {
  const double best = pca_mse(m), all = m.totals().inputs.scatter / elements(m);
  if (best <= 1e-12 * all) fail("{} principal components explain all of the variance", m.units());
  return m.mse() / best - 1;
}

}  // namespace

const std::vector<MetricRow>& metric_table() {
  using M = Measurements;
  using enum Better;
  using enum Placement;
  static const std::vector<MetricRow> table = {
      {"bce", "binary cross-entropy, mean over all values", lower, tables, [](M& m) { return m.bce(); },
       require_probabilities},
      {"bce_excess", "bce minus the entropy of the data: 0 for a perfect reconstruction", lower, report, bce_excess,
       require_probabilities},
      {"mse", "squared error, mean over all values", lower, tables, [](M& m) { return m.mse(); }},
      {"nmse", "squared error divided by the sum of squares of the data: 1 for predicting 0", lower, none, nmse},
      {"fvu", "fraction of the variance that the reconstruction does not explain", lower, none, fvu},
      {"explained_variance", "fraction of the variance that the reconstruction explains", higher, tables,
       [](M& m) { return 1 - fvu(m); }},
      {"psnr", "peak signal-to-noise ratio in decibels, mean over images", higher, none,
       [](M& m) { return mean_psnr(m.measured()); }, [](M& m) { require_images(m.data(), 1); }},
      {"ssim", "structural similarity: 1 for identical images", higher, none,
       [](M& m) { return mean_ssim(m.measured()); }, [](M& m) { require_images(m.data(), kSsimWindow); }},
      {"corrupted_mse", "squared error between the reconstruction of a corrupted input and the clean input", lower,
       comparison, [](M& m) { return m.robustness().corrupted_mse; }, nothing, MetricSetting::corruption},
      {"contractive", "‖∂h/∂x‖²_F, mean over rows; scales with the code", neither, none, contractive,
       affordable_jacobian, MetricSetting::jacobian},
      {"jacobian_frobenius", "‖∂h/∂x‖_F, mean over rows; scales with the code", neither, none, jacobian_frobenius,
       exact_jacobian, MetricSetting::jacobian},
      {"relative_contraction",
       "displacement of the code by noise as large as the data, in standard deviations of the code", lower, tables,
       relative_contraction, affordable_jacobian, MetricSetting::jacobian},
      {"jacobian_spectrum", "singular values of ∂h/∂x, largest first, mean over rows", neither, figure,
       [](M& m) { return jacobian_spectrum(m.measured()); }, affordable_spectrum, MetricSetting::jacobian},
      {"contraction_ratio", "distance between codes divided by distance between inputs, for several distances", neither,
       figure,
       [](M& m) { return contraction_curve(m.measured(), m.options().radii.empty() ? kRadii : m.options().radii); },
       nothing, MetricSetting::radii},
      {"code_displacement", "displacement of the code by corruption, in standard deviations of the code", lower,
       comparison, code_displacement, nothing, MetricSetting::corruption},
      {"mean_activation", "mean of the code over units and rows", neither, tables,
       [](M& m) { return m.totals().activation / codes(m); }},
      {"unit_activation", "mean of each unit over rows", neither, none, [](M& m) { return m.totals().codes.mean; }},
      {"saturation", "fraction of activations below 0.05 or above 0.95", neither, tables,
       [](M& m) { return m.totals().saturated / codes(m); }, sigmoid_code},
      {"l0", "number of non-zero units, mean over rows", neither, tables,
       [](M& m) { return sum_of(m.totals().firings) / m.rows(); }},
      {"l1", "sum of the absolute values of the code, mean over rows", neither, none,
       [](M& m) { return m.totals().absolutes / m.rows(); }},
      {"density", "fraction of rows on which each unit is non-zero", neither, none, density},
      {"dead_frac", "fraction of units that are 0 on all rows", lower, tables,
       [](M& m) {
         return static_cast<double>(std::ranges::count(m.totals().firings, 0.0)) / static_cast<double>(m.units());
       }},
      {"probe_error", "fraction of test rows that a linear classifier of the codes gets wrong", lower, none,
       [](M& m) { return linear_probe(m.classified_codes(), m.options().threads, m.options().progress).error; },
       [](M& m) { labelled(m, 2); }},
      {"knn_error", "fraction of test rows that the vote of their 5 nearest training codes gets wrong", lower, none,
       [](M& m) {
         return nearest_neighbour_error(m.classified_codes(), kNeighbours, m.options().threads, m.options().progress);
       },
       [](M& m) { labelled(m, kNeighbours); }},
      {"elbo", "evidence lower bound, nats per row", higher, none,
       [](M& m) { return evidence_lower_bound(m.measured()); }, likelihood},
      {"kl", "divergence of the code's distribution from N(0, I), nats, mean over rows", neither, none,
       [](M& m) { return sum_of(m.posterior().kl); }, gaussian_code},
      {"unit_kl", "the same of each unit", neither, none, [](M& m) { return m.posterior().kl; }, gaussian_code},
      {"active_units", "number of units whose mean varies between rows by more than 0.01", neither, none, active_units,
       gaussian_code},
      {"log_likelihood", "ln p(x) by importance sampling, nats per row", higher, none, log_likelihood, likelihood,
       MetricSetting::samples},
      {"mmd", "maximum mean discrepancy of the codes from N(0, I)", neither, none,
       [](M& m) { return prior_mmd(m.measured(), m.options().threads); }, pairs_of_rows},
      {"pca_mse", "lowest mse of any linear autoencoder with this code size", neither, none, pca_mse, code_below_data},
      {"pca_gap", "(mse − pca_mse) / pca_mse", lower, none, pca_gap, code_below_data},
      {"pca_angle", "largest angle between the decoder's columns and the principal subspace, in degrees", lower, none,
       [](M& m) {
         return largest_angle(*m.decoder_columns(), m.principal_components().directions.view().slice(0, m.units()));
       },
       linear_decoder},
  };
  return table;
}

const MetricRow& metric_row(std::string_view name) {
  const auto row = std::ranges::find(metric_table(), name, &MetricRow::name);
  if (row == metric_table().end()) fail("unknown metric \"{}\"", name);
  return *row;
}

std::vector<std::string> metrics_at(std::initializer_list<Placement> placements) {
  std::vector<std::string> names;
  for (const MetricRow& row : metric_table())
    if (std::ranges::find(placements, row.placement) != placements.end()) names.emplace_back(row.name);
  return names;
}

void require_probabilities(Measurements& m) {
  if (!m.network().ends_in_sigmoid()) fail("the model's decoder does not end in a sigmoid; use mse");
  check_unit_interval(m.data(), m.model().scaler);
}

}  // namespace hourglass
