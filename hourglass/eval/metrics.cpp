#include "hourglass/eval/metrics.h"

#include <algorithm>

#include "hourglass/base/text.h"
#include "hourglass/eval/metric_table.h"

namespace hourglass {

namespace {

/// A metric to measure. One that a name for several stands for is left out where it does not fit.
struct Wanted {
  const MetricRow* row;
  bool is_optional;
};

/// Known names, each once, with what names for several stand for.
std::vector<Wanted> expanded(std::span<const std::string> names) {
  const auto known = metric_names();
  std::vector<Wanted> all;
  const auto add = [&](std::string_view name, bool is_optional) {
    const MetricRow* row = &*std::ranges::find(metric_table(), name, &MetricRow::name);
    const auto there = std::ranges::find(all, row, &Wanted::row);
    if (there == all.end())
      all.push_back({row, is_optional});
    else
      there->is_optional &= is_optional;
  };
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) fail("unknown metric \"{}\"{}", name, did_you_mean(name, known));
    if (name == "pca") {
      add("pca_mse", false);
      add("pca_gap", false);
      add("pca_angle", true);
    } else if (name == "all") {
      for (const MetricRow& row : metric_table()) add(row.name, true);
    } else {
      add(name, false);
    }
  }
  return all;
}

/// A setting that no metric asked for heeds is a mistake.
void refuse_idle_settings(const std::vector<Wanted>& wanted, const EvaluationOptions& options) {
  const auto heeded = [&](MetricSetting setting) {
    return std::ranges::any_of(wanted, [&](const Wanted& w) { return w.row->setting == setting; });
  };
  if ((options.jacobian.probes > 0 || options.jacobian.exact) && !heeded(MetricSetting::jacobian))
    fail("probes or exact: no metric of the Jacobian is asked for; expected contractive or relative_contraction");
  if (!options.radii.empty() && !heeded(MetricSetting::radii))
    fail("radii: contraction_ratio is not asked for, and no other metric has any");
  if (options.corruption && !options.disturb && !heeded(MetricSetting::corruption))
    fail("corruption: no metric of corrupted inputs is asked for; expected corrupted_mse or code_displacement");
}

/// Whether f did not throw because the metric does not fit.
template <class F>
bool attempt(const Wanted& wanted, const EvaluationOptions& options, F f) {
  try {
    f();
    return true;
  } catch (const RuntimeFailure&) {
    throw;
  } catch (const Error& e) {
    if (!wanted.is_optional && !options.note) fail("{}: {}", wanted.row->name, e.what());
    if (options.note) options.note({std::string(wanted.row->name), e.what()});
    return false;
  }
}

}  // namespace

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const MetricRow& row : metric_table()) names.emplace_back(row.name);
  names.emplace_back("pca");
  names.emplace_back("all");
  return names;
}

Metrics evaluate(const Autoencoder& model, const Dataset& data, std::span<const std::string> names,
                 const EvaluationOptions& options) {
  auto wanted = expanded(names);
  refuse_idle_settings(wanted, options);
  Measurements measurements(model, data, options);
  std::erase_if(wanted, [&](const Wanted& w) { return !attempt(w, options, [&] { w.row->require(measurements); }); });
  Metrics metrics;
  for (const Wanted& w : wanted)
    attempt(w, options, [&] { metrics.emplace_back(w.row->name, w.row->compute(measurements)); });
  return metrics;
}

}  // namespace hourglass
