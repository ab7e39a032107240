#include "hourglass/report/html/unit_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace hourglass {
namespace {

constexpr int kColumns = 8;

/// As pixels around grey: each image by its own largest value.
Tensor grey_around_half(const SignedPictures& p) {
  Tensor t = p.values.clone();
  const int64_t size = p.shape.size();
  for (int64_t i = 0; i < t.rows(); ++i) {
    float* v = t.as<float>() + i * size;
    float largest = 0;
    for (int64_t k = 0; k < size; ++k) largest = std::max(largest, std::abs(v[k]));
    for (int64_t k = 0; k < size; ++k) v[k] = largest > 0 ? 0.5F + 0.5F * v[k] / largest : 0.5F;
  }
  return t;
}

void signed_images(FigureSheet& sheet, Figure about, const SignedPictures& p) {
  sheet.image(std::move(about), [&] { return signed_grid(p); });
}

void strong(FigureSheet& sheet, const Analysis& a, const StrongUnits& s) {
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
       "A typical code decoded while one unit goes from its 1st to its 99th percentile, for the units that move "
       "the reconstruction most; numbers are units, counted from 0."},
      [&] { return grid(s.walks, s.walk_steps); });
  sheet.image({"units", "top-inputs", "Inputs that activate a unit most", "For the same units, the largest first."},
              [&] { return grid(s.inputs, s.inputs_each); });
}

}  // namespace

void draw_unit_figures(FigureSheet& sheet, const Analysis& a) {
  if (!is_image_shape(a.sample))
    return sheet.omit("Filters, atoms, traversals and top inputs", "samples of " + a.sample.text() + " are not images");
  const std::string scale = " Each image has its own scale: grey is 0, white above, black below.";
  if (a.filters)
    signed_images(
        sheet,
        {"units", "filters", "First-layer filters",
         (a.filters->units.empty() ? "Weights of the first layer's first filters."
                                   : "Weights of the units in the grid of decoder atoms, in the same order.") +
             scale},
        *a.filters);
  if (a.atoms)
    signed_images(sheet,
                  {"units", "atoms", "Decoder atoms",
                   fmt::format("What a unit adds to the mean code's reconstruction when it stands one standard "
                               "deviation above its mean: {} of the code's {} units, those that add most.",
                               a.atoms->units.size(), a.spread.size()) +
                       scale},
                  *a.atoms);
  if (a.strong) strong(sheet, a, *a.strong);
}

Image signed_grid(const SignedPictures& p) { return tile(grey_around_half(p), p.shape, kColumns); }

}  // namespace hourglass
