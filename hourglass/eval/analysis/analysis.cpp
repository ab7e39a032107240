#include "hourglass/eval/analysis/analysis.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace hourglass {

namespace {

constexpr int64_t kBins = 50;

bool is_pixel_name(const std::string& name) {
  std::string letters;
  for (const char c : name)
    if (std::isalpha(static_cast<unsigned char>(c))) letters += static_cast<char>(std::tolower(c));
  const bool starts_with_digit = !name.empty() && std::isdigit(static_cast<unsigned char>(name[0]));
  return letters == "pixel" || letters == "pix" || letters == "px" || (letters == "x" && starts_with_digit);
}

}  // namespace

bool is_image_shape(const Shape& sample) {
  if (sample.rank() == 3) return sample[0] == 1 || sample[0] == 3;
  const auto side = std::llround(std::sqrt(static_cast<double>(sample.size())));
  return sample.rank() == 1 && sample.size() >= 64 && side * side == sample.size();
}

bool are_pixel_names(std::span<const std::string> columns) { return std::ranges::all_of(columns, is_pixel_name); }

Histogram histogram(std::span<const float> values) {
  const auto [low, high] = std::ranges::minmax(values);
  Histogram h{low, high, std::vector<int64_t>(kBins)};
  if (h.high <= h.low) h.high = h.low + 1;
  for (const float v : values) {
    const double place = (v - h.low) / (h.high - h.low) * kBins;
    ++h.counts[std::clamp<int64_t>(static_cast<int64_t>(place), 0, kBins - 1)];
  }
  return h;
}

}  // namespace hourglass
