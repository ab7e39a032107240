#include "hourglass/report/html/prior_figures.h"

#include <fmt/format.h>

#include <numeric>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

constexpr int kColumns = 16;

void unit_kl(FigureBuilder& sheet, const Analysis& a, const std::vector<double>& kl) {
  Chart c{.x = {.label = "unit", .integral = true}, .y = {.label = "KL (nats)", .from = 0}};
  std::vector<double> units(kl.size());
  std::iota(units.begin(), units.end(), 0.0);
  c.series.push_back({"", 0, Series::Mark::bars, std::move(units), kl});
  sheet.chart({"code", "unit-kl", "Divergence from the prior per unit",
               fmt::format("KL(q(z|x) ‖ N(0, 1)) of every unit, counted from 0: mean over {} rows, {} nats in all. A "
                           "unit near 0 carries no information about the input.",
                           format_count(a.rows), format_value(std::accumulate(kl.begin(), kl.end(), 0.0)))},
              c);
}

}  // namespace

void draw_prior_figures(FigureBuilder& sheet, const Analysis& a) {
  if (!a.prior) return;
  const PriorSamples& p = *a.prior;
  if (!p.unit_kl.empty()) unit_kl(sheet, a, p.unit_kl);
  if (p.samples.size())
    sheet.image({"units", "prior-samples", "Samples from the prior", "Decoded draws from N(0, I)."},
                [&] { return tile(p.samples, a.sample, kColumns); });
  if (p.manifold.size())
    sheet.image({"units", "manifold", "Manifold",
                 "Decoded points of the plane of both units, whose coordinates are evenly spaced quantiles of N(0, 1): "
                 "unit 0 increases to the right, unit 1 upwards."},
                [&] { return tile(p.manifold, a.sample, static_cast<int>(p.side)); });
}

}  // namespace hourglass
