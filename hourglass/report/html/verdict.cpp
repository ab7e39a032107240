#include "hourglass/report/html/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "hourglass/base/statistics.h"
#include "hourglass/report/format.h"

namespace hourglass {
namespace {

using Kind = Finding::Kind;

// Thresholds of the rules.
constexpr double kConverged = 0.01;  // relative change of the loss over the last fifth of the epochs
constexpr double kSmallGap = 0.03, kLargeGap = 0.10;
constexpr double kWellExplained = 0.9;
constexpr double kContracts = 0.9, kExpands = 1.1;
constexpr double kConstant = 0.01;  // standard deviation relative to that of the most variable unit
constexpr size_t kMinEpochs = 5;

/// A loss after every epoch.
struct LossCurve {
  std::string name;  ///< "test bce"
  std::vector<double> values;
};

/// The validation loss, or else the test loss; nullopt without held-out rows.
std::optional<LossCurve> held_out(const std::vector<EpochRecord>& epochs, const std::string& loss) {
  for (const auto& [part, terms] :
       {std::pair("validation ", &EpochRecord::validation), std::pair("test ", &EpochRecord::test)}) {
    LossCurve curve{part + loss, {}};
    for (const EpochRecord& e : epochs)
      if (e.*terms) curve.values.push_back((e.*terms)->reconstruction);
    if (curve.values.size() == epochs.size()) return curve;
  }
  return std::nullopt;
}

std::string percent(double fraction) {
  const double p = 100 * std::abs(fraction);
  return p >= 10 ? fmt::format("{:.0f} %", p) : p >= 0.1 ? fmt::format("{:.1f} %", p) : "less than 0.1 %";
}

Finding convergence(const LossCurve& w) {
  const size_t n = w.values.size(), window = std::max<size_t>(2, n / 5);
  if (!std::ranges::all_of(w.values, [](double v) { return std::isfinite(v); }))
    return {Kind::warning, fmt::format("Diverged: the {} is not finite in every epoch.", w.name)};
  if (n < kMinEpochs)
    return {Kind::note, fmt::format("{} too few to judge the convergence of the {}.",
                                    n == 1 ? "1 epoch is" : fmt::format("{} epochs are", n), w.name)};
  // Means over many epochs, because the losses of single epochs are noisy.
  const auto end = w.values.end();
  const double before = mean_of({end - 2 * window, end - window}),
               change = (before - mean_of({end - window, end})) / before;
  const std::string over = fmt::format("over the last {} of {} epochs", window, n);
  if (change > kConverged)
    return {Kind::note, fmt::format("Still falling: the {} fell by {} {}; more epochs would lower it further.", w.name,
                                    percent(change), over)};
  if (change < -kConverged) {
    const auto best = std::ranges::min_element(w.values);
    return {Kind::warning, fmt::format("Rising: the {} rose by {} {}; it was lowest after epoch {}.", w.name,
                                       percent(change), over, best - w.values.begin() + 1)};
  }
  return {Kind::good, fmt::format("Converged: the {} changed by {} {}.", w.name, percent(change), over)};
}

Finding gap(const LossCurve& held, double train) {
  const double last = held.values.back(), gap = last / train - 1;
  const std::string numbers = fmt::format("the {} is {}, {} {} the training loss of {}", held.name, format_value(last),
                                          percent(gap), gap < 0 ? "below" : "above", format_value(train));
  if (gap > kLargeGap) return {Kind::warning, "Overfitting: " + numbers + "."};
  if (gap > kSmallGap) return {Kind::note, "Generalisation gap: " + numbers + "."};
  return {Kind::good, "No sign of overfitting: " + numbers + "."};
}

std::optional<double> metric(const Analysis& a, const std::string& name) {
  const auto* value = find_metric<double>(a.metrics, name);
  return value && std::isfinite(*value) ? std::optional(*value) : std::nullopt;
}

Finding explained(double share) {
  if (share < 0)
    return {Kind::warning,
            fmt::format("The reconstruction is worse than the mean of the data: its error is {:.3g} times as large.",
                        1 - share)};
  if (share <= kLearned)
    return {Kind::warning, "The reconstruction is no better than the mean of the data: the model has learned nothing."};
  return {share >= kWellExplained ? Kind::good : Kind::note,
          fmt::format("The reconstruction explains {:.1f} % of the data's variance.", 100 * share)};
}

Finding activity(const Analysis& a) {
  const double largest = std::ranges::max(a.deviation);
  const auto constant = std::ranges::count_if(a.deviation, [&](double d) { return d <= kConstant * largest; });
  if (constant == 0) return {Kind::good, fmt::format("All {} units of the code are in use.", a.deviation.size())};
  return {Kind::warning,
          fmt::format("{} of {} units are almost constant (standard deviation at most 1 % of the largest) "
                      "and carry almost no information.",
                      constant, a.deviation.size())};
}

Finding contraction(double k) {
  const char* meaning = k < kContracts  ? "the encoder contracts"
                        : k <= kExpands ? "the encoder neither contracts nor expands"
                                        : "the encoder expands";
  return {
      k < kContracts ? Kind::good : Kind::note,
      fmt::format("Relative contraction {0}: input noise as large as the data moves the code by {0} of its standard "
                  "deviation; {1}.",
                  format_value(k), meaning)};
}

/// A loss that settled, a code in use or a contraction is nothing good in a model that diverged or learned nothing.
void withhold_praise(std::vector<Finding>& all) {
  for (Finding& finding : all)
    if (finding.kind == Kind::good) finding.kind = Kind::note;
}

/// Finite losses, and a reconstruction better than the mean where that was measured.
bool has_learned(const std::vector<EpochRecord>& epochs, const Analysis& a) {
  const auto* share = find_metric<double>(a.metrics, "explained_variance");
  return (!share || *share > kLearned) &&
         std::ranges::all_of(epochs, [](const EpochRecord& e) { return std::isfinite(e.train.reconstruction); });
}

}  // namespace

std::vector<Finding> verdict(const std::vector<EpochRecord>& epochs, const std::string& reconstruction,
                             const Analysis& analysis) {
  std::vector<Finding> all;
  if (!epochs.empty()) {
    LossCurve train{"training " + reconstruction, {}};
    for (const EpochRecord& e : epochs) train.values.push_back(e.train.reconstruction);
    const auto held = held_out(epochs, reconstruction);
    all.push_back(convergence(held ? *held : train));
    if (held)
      all.push_back(gap(*held, train.values.back()));
    else
      all.push_back({Kind::note, "No rows were held out, so overfitting cannot be judged."});
  }
  if (const auto share = metric(analysis, "explained_variance")) all.push_back(explained(*share));
  if (!analysis.deviation.empty()) all.push_back(activity(analysis));
  if (const auto share = metric(analysis, "saturation"))
    all.push_back({Kind::note,
                   fmt::format("{:.1f} % of the activations are saturated: below 0.05 or above 0.95.", 100 * *share)});
  if (const auto k = metric(analysis, "relative_contraction")) all.push_back(contraction(*k));
  if (!has_learned(epochs, analysis)) withhold_praise(all);
  return all;
}

}  // namespace hourglass
