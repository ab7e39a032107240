#include "hourglass/app/error_maps.h"

#include <fmt/format.h>

#include <algorithm>

#include "hourglass/base/file.h"
#include "hourglass/base/new_folder.h"
#include "hourglass/eval/analysis/analyse.h"
#include "hourglass/report/plot/image_grid.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kColours = 3;

/// (3·pixels) assigned: an image of one or three channels as red, green and blue.
void to_colours(const float* image, int64_t channels, std::span<float> colours) {
  const size_t pixels = colours.size() / kColours;
  for (size_t i = 0; i < colours.size(); ++i) colours[i] = image[channels == 1 ? i % pixels : i];
}

/// (3·pixels) assigned: the contributions of an image's pixels as colours.
void to_heat(std::span<const Contribution> contributions, std::span<float> colours) {
  const auto pixels = std::ssize(colours) / kColours;
  std::vector<float> heat(static_cast<size_t>(pixels));
  for (const auto& [feature, share] : contributions) heat[feature % pixels] += share;
  const float most = std::ranges::max(heat);
  for (int64_t i = 0; i < std::ssize(colours); ++i) {
    const float value = most > 0 ? heat[i % pixels] / most : 0.0f;
    colours[i] = std::clamp(static_cast<float>(kColours) * value - static_cast<float>(i / pixels), 0.0f, 1.0f);
  }
}

}  // namespace

void check_error_maps(const Dataset& data, const std::string& source, const fs::path& folder) {
  const Shape& sample = data.sample;
  if (sample.rank() != 3 || (sample[0] != 1 && sample[0] != kColours))
    fail("{}: error maps need images of one or three channels, found samples of {}", data.name, sample.text());
  std::error_code ignored;
  if (!fs::is_directory(source, ignored)) return;
  const fs::path within =
      fs::weakly_canonical(fs::absolute(folder)).lexically_relative(fs::weakly_canonical(fs::absolute(source)));
  if (*within.begin() != "..")
    fail("{}: lies in {}, whose images are read; choose another folder for the error maps", folder.string(), source);
}

void write_error_maps(std::span<const AnomalyDetector> detectors, const Dataset& data, std::span<const int64_t> rows,
                      const fs::path& folder) {
  const Shape& sample = data.sample;
  const Shape coloured{kColours, sample[1], sample[2]};
  NewFolder made(folder);
  for (const int64_t row : rows) {
    const std::vector<uint32_t> alone{static_cast<uint32_t>(row)};
    const Dataset one = data.select(alone);
    const Examples examples = reconstruct_samples(detectors[0].inference.model(), one, Corruption({}, 0), 1);
    const AnomalyScores scores = anomaly_scores(detectors, one, sample.size());
    Tensor panels(DType::f32, {3, coloured.size()});
    const auto panel = [&](int64_t k) {
      return std::span(panels.as<float>(), panels.size()).subspan(k * coloured.size(), coloured.size());
    };
    to_colours(examples.inputs.as<float>(), sample[0], panel(0));
    to_colours(examples.reconstructions.as<float>(), sample[0], panel(1));
    to_heat(scores.of(0), panel(2));
    write_file_atomically(folder / fmt::format("row-{}.png", row), png_bytes(tile(panels, coloured)));
  }
  made.keep();
}

}  // namespace hourglass
