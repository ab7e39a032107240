#include "hourglass/data/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "hourglass/data/dataset.h"

namespace hourglass {
namespace {

/// Grey, colour, or colour with alpha.
bool is_usual(int64_t channels) { return channels == 1 || channels == 3 || channels == 4; }

std::string described(const Shape& sample) {
  return fmt::format("{} {} of {} × {} pixels", sample[0], sample[0] == 1 ? "channel" : "channels", sample[1],
                     sample[2]);
}

}  // namespace

ArrayLayout layout_of(const Shape& array, DataLayout asked, const std::string& name) {
  const Shape first = sample_of(array);
  if (array.rank() != 4 || asked == DataLayout::channels_first) return {first};
  const Shape last{array[3], array[1], array[2]};
  if (asked == DataLayout::channels_last) return {last, true};
  const bool first_is_usual = is_usual(array[1]), last_is_usual = is_usual(array[3]);
  // Features of square images, such as 64 × 7 × 7 or 64 × 4 × 4, have few pixels and many channels.
  const bool is_square = array[2] == array[3] && array[1] != array[2];
  if (last_is_usual && !first_is_usual && !is_square)
    return {last, true,
            fmt::format("{}: {} is read with the channels last, as Keras writes images: {}; data.layout = "
                        "\"channels_first\" reads {}",
                        name, array.text(), described(last), described(first))};
  const bool may_be_last = last_is_usual || (!first_is_usual && !is_square && array[3] < array[1]);
  if (!may_be_last) return {first};
  return {first, false,
          fmt::format("{}: {} may have its channels first or last; it is read with the channels first: {}; "
                      "data.layout = \"channels_last\" reads {}",
                      name, array.text(), described(first), described(last))};
}

void put_channels_first(std::variant<std::vector<uint8_t>, std::vector<float>>& values, const Shape& sample) {
  const int64_t channels = sample[0], pixels = sample[1] * sample[2];
  std::visit(
      [&](auto& all) {
        auto row = std::vector(all.begin(), all.begin() + channels * pixels);
        for (auto start = all.begin(); start != all.end(); start += channels * pixels) {
          std::copy_n(start, channels * pixels, row.begin());
          for (int64_t c = 0; c < channels; ++c)
            for (int64_t i = 0; i < pixels; ++i) start[c * pixels + i] = row[static_cast<size_t>(i * channels + c)];
        }
      },
      values);
}

}  // namespace hourglass
