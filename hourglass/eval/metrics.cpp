#include "hourglass/eval/metrics.h"

#include <algorithm>

#include "hourglass/base/text.h"
#include "hourglass/eval/measurements.h"
#include "hourglass/eval/metric_table.h"

namespace hourglass {

namespace {

// Names that stand for several metrics.
const std::string kPca = "pca", kAll = "all";

/// A metric to measure; an optional one is skipped where it does not apply.
struct RequestedMetric {
  const MetricRow* row;
  bool is_optional;
};

/// Each metric once, in the order requested, with the names for several expanded.
std::vector<RequestedMetric> expanded(std::span<const std::string> names) {
  const auto known = metric_names();
  std::vector<RequestedMetric> all;
  const auto add = [&](std::string_view name, bool is_optional) {
    const MetricRow* row = &metric_row(name);
    const auto present = std::ranges::find(all, row, &RequestedMetric::row);
    if (present == all.end())
      all.push_back({row, is_optional});
    else
      present->is_optional &= is_optional;
  };
  for (const std::string& name : names) {
    if (!contains(known, name)) fail("unknown metric \"{}\"{}", name, did_you_mean(name, known));
    if (name == kPca) {
      add("pca_mse", false);
      add("pca_gap", false);
      add("pca_angle", true);
    } else if (name == kAll) {
      for (const MetricRow& row : metric_table()) add(row.name, true);
    } else {
      add(name, false);
    }
  }
  return all;
}

/// Throws Error for a setting that no requested metric uses: it is a mistake.
void check_settings(const std::vector<RequestedMetric>& requested, const EvaluationOptions& options) {
  const auto is_used = [&](MetricSetting setting) {
    return std::ranges::any_of(requested, [&](const RequestedMetric& r) { return r.row->setting == setting; });
  };
  if ((options.jacobian.probes > 0 || options.jacobian.exact) && !is_used(MetricSetting::jacobian))
    fail("probes or exact: no metric of the Jacobian is requested; expected contractive or relative_contraction");
  if (!options.radii.empty() && !is_used(MetricSetting::radii))
    fail("radii: only contraction_ratio uses them, and it is not requested");
  if (options.samples > 0 && !is_used(MetricSetting::samples))
    fail("samples: only log_likelihood uses them, and it is not requested");
  if (options.corruption && !options.corrupt_input && !is_used(MetricSetting::corruption))
    fail("corruption: no metric of corrupted inputs is requested; expected corrupted_mse or code_displacement");
}

/// Calls f; false where it throws because the metric does not apply.
template <class F>
bool attempt(const RequestedMetric& metric, const EvaluationOptions& options, F f) {
  try {
    f();
    return true;
  } catch (const RuntimeFailure&) {
    throw;
  } catch (const Error& e) {
    if (!metric.is_optional && !options.note) fail("{}: {}", metric.row->name, e.what());
    if (options.note) options.note({std::string(metric.row->name), e.what()});
    return false;
  }
}

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricRow& row : metric_table()) names.emplace_back(row.name);
  names.insert(names.end(), {kPca, kAll});
  return names;
}

Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options) {
  auto requested = expanded(names);
  check_settings(requested, options);
  Measurements measurements(model, data, options);
  std::erase_if(requested,
                [&](const RequestedMetric& r) { return !attempt(r, options, [&] { r.row->require(measurements); }); });
  Metrics metrics;
  for (const RequestedMetric& r : requested)
    attempt(r, options, [&] { metrics.emplace_back(r.row->name, r.row->compute(measurements)); });
  return metrics;
}

}  // namespace hourglass
