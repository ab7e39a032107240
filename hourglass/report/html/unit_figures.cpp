#include "hourglass/report/html/unit_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hourglass {
namespace {

constexpr int kColumns = 8;

void strong(FigureBuilder& sheet, const Analysis& a, const StrongUnits& s) {
  std::vector<std::string> captions;
  for (const int64_t unit : s.units) captions.push_back(fmt::format("{}", unit));
  const auto grid = [&](const Tensor& samples, int64_t each) {
    std::vector<ConstView> rows;
    for (size_t i = 0; i < s.units.size(); ++i)
      rows.push_back(samples.view().slice(static_cast<int64_t>(i) * each, each));
    return image_grid(rows, a.sample, {.captions = captions, .columns = static_cast<int>(each)});
  };
  sheet.image(
      {"units", "traversals", "Latent traversals",
       "Reconstructions of a typical code while one unit increases from its 1st to its 99th percentile, for the units "
       "with the largest effect. Numbers are units, counted from 0."},
      [&] { return grid(s.traversals, s.traversal_steps); });
  sheet.image({"units", "top-inputs", "Inputs that activate a unit most", "For the same units, in descending order."},
              [&] { return grid(s.top_inputs, s.inputs_per_unit); });
}

}  // namespace

void draw_unit_figures(FigureBuilder& sheet, const Analysis& a) {
  if (!a.is_image())
    return sheet.omit("Filters, atoms, traversals and top inputs", "samples of " + a.sample.text() + " are not images");
  const std::string scale = " Each image has its own scale: grey is 0, white positive, black negative.";
  if (a.filters)
    sheet.image({"units", "filters", "First-layer filters",
                 (a.filters->units.empty() ? "Weights of the first filters of the first layer."
                                           : "Weights of the units in the grid of decoder atoms, in the same order.") +
                     scale},
                [&] { return signed_grid(*a.filters); });
  if (a.atoms)
    sheet.image({"units", "atoms", "Decoder atoms",
                 fmt::format("What a unit one standard deviation above its mean adds to the reconstruction of the "
                             "mean code, for the {} of {} units that add most.",
                             a.atoms->units.size(), a.deviation.size()) +
                     scale},
                [&] { return signed_grid(*a.atoms); });
  if (a.strong) strong(sheet, a, *a.strong);
}

Image signed_grid(const SignedImages& p) {
  Tensor pixels = p.values.clone();  // in [0, 1] with 0 at 0.5
  const int64_t size = p.shape.size();
  for (int64_t i = 0; i < pixels.rows(); ++i) {
    float* v = pixels.as<float>() + i * size;
    float largest = 0;
    for (int64_t k = 0; k < size; ++k) largest = std::max(largest, std::abs(v[k]));
    for (int64_t k = 0; k < size; ++k) v[k] = largest > 0 ? 0.5F + 0.5F * v[k] / largest : 0.5F;
  }
  return tile(pixels, p.shape, kColumns);
}

}  // namespace hourglass
