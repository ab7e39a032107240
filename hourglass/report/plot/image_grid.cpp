#include "hourglass/report/plot/image_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/report/plot/font.h"

namespace hourglass {
namespace {

constexpr int64_t kDefaultSide = 84;
constexpr int64_t kStripHeight = 12, kLongestStrip = 1000;
constexpr int64_t kMaxValues = int64_t{1} << 28;
constexpr int64_t kMostGridValues = int64_t{1} << 19;  // of samples that are not enlarged: half a megabyte of a page
constexpr uint8_t kBackground = 230;
constexpr uint8_t kInk = 40;
constexpr int kTextScale = 2;

/// Layout of one sample: its extents, and the size in pixels of one value, or of the mean of a square of values.
struct Cell {
  int64_t channels = 1, rows = 1, columns = 1;
  int64_t pixel_width = 1, pixel_height = 1;
  int64_t square = 1;  ///< values on its side

  int64_t width() const { return (columns + square - 1) / square * pixel_width; }
  int64_t height() const { return (rows + square - 1) / square * pixel_height; }
  /// Mean of the values of one channel that the pixel at (x, y) shows.
  float mean(const float* values, int64_t x, int64_t y) const {
    const int64_t top = y / pixel_height * square, left = x / pixel_width * square;
    const int64_t bottom = std::min(top + square, rows), right = std::min(left + square, columns);
    double sum = 0;
    for (int64_t row = top; row < bottom; ++row)
      sum = std::accumulate(values + row * columns + left, values + row * columns + right, sum);
    return static_cast<float>(sum / static_cast<double>((bottom - top) * (right - left)));
  }
};

Cell cell_of(const Shape& sample, int scale) {
  Cell cell;
  if (sample.rank() == 3 && (sample[0] == 1 || sample[0] == 3)) {
    cell = {sample[0], sample[1], sample[2]};
  } else if (sample.rank() == 1) {
    const auto side = std::llround(std::sqrt(static_cast<double>(sample[0])));
    const bool square = sample[0] >= 16 && side * side == sample[0];
    cell = square ? Cell{1, side, side} : Cell{1, 1, sample[0]};
  } else {
    fail("an image needs samples of (values) or (1 or 3 channels, height, width), found {}", sample.text());
  }
  if (sample.size() < 1) fail("an image needs samples with at least one value, found {}", sample.text());
  const int64_t longer = std::max(cell.rows, cell.columns);
  const int64_t size = scale > 0 ? scale : std::max<int64_t>(1, (kDefaultSide + longer / 2) / longer);
  cell.pixel_width = cell.pixel_height = size;
  const int64_t most = cell.rows > 1 ? 2 * kDefaultSide : kLongestStrip;
  if (scale == 0) cell.square = (longer + most - 1) / most;
  if (cell.rows == 1) cell.pixel_height = std::max(size, kStripHeight);
  return cell;
}

/// Averages over larger squares until `count` samples have at most kMostGridValues, but keeps some pixels of each.
void shrink(Cell& cell, int64_t count) {
  constexpr int64_t kFewestPixels = 16;  // on a side
  if (cell.rows == 1 || cell.pixel_width > 1) return;
  while (count * cell.width() * cell.height() * cell.channels > kMostGridValues &&
         std::min(cell.width(), cell.height()) > kFewestPixels)
    ++cell.square;
}

/// Layout of a grid of equal cells with gaps around them and space for captions at the left.
struct Layout {
  Cell cell;
  int64_t columns, rows, left, row_height, gap;

  int64_t x(int64_t column) const { return left + gap + column * (cell.width() + gap); }
  int64_t y(int64_t row) const { return gap + row * (row_height + gap) + (row_height - cell.height()) / 2; }
};

Image blank_image(const Layout& layout) {
  const int64_t width = layout.left + layout.gap + layout.columns * (layout.cell.width() + layout.gap);
  const int64_t height = layout.gap + layout.rows * (layout.row_height + layout.gap);
  if (width > kMaxValues || height > kMaxValues / width / layout.cell.channels)
    fail("an image of {} × {} pixels is too large; use fewer samples", width, height);
  Image image{width, height, layout.cell.channels, {}};
  image.pixels.assign(width * height * layout.cell.channels, kBackground);
  return image;
}

uint8_t to_byte(float value) {
  // NaN is not above 0 and so becomes black.
  return value > 0.0F ? static_cast<uint8_t>(std::lround(std::min(value, 1.0F) * 255.0F)) : 0;
}

void draw_sample(Image& image, const Cell& cell, const float* values, int64_t left, int64_t top) {
  for (int64_t y = 0; y < cell.height(); ++y) {
    uint8_t* out = &image.pixels[((top + y) * image.width + left) * image.channels];
    for (int64_t x = 0; x < cell.width(); ++x) {
      for (int64_t c = 0; c < cell.channels; ++c)
        *out++ = to_byte(cell.mean(values + c * cell.rows * cell.columns, x, y));
    }
  }
}

void draw_text(Image& image, const std::string& text, int64_t left, int64_t top) {
  const auto advance = kGlyphAdvance * kTextScale;
  for (int y = 0; y < kGlyphHeight * kTextScale; ++y)
    for (int x = 0; x < static_cast<int>(text.size()) * advance; ++x) {
      const int column = x % advance / kTextScale;
      if (column >= kGlyphWidth || !glyph_pixel(text[x / advance], column, y / kTextScale)) continue;
      std::fill_n(&image.pixels[((top + y) * image.width + left + x) * image.channels], image.channels, kInk);
    }
}

int64_t text_width(const std::string& text) { return static_cast<int64_t>(text.size()) * kGlyphAdvance * kTextScale; }

}  // namespace

Image image_grid(std::span<const ConstView> batches, const Shape& sample, const GridOptions& options) {
  HOURGLASS_CHECK(options.columns > 0 && options.gap >= 0);
  HOURGLASS_CHECK(options.captions.empty() || options.captions.size() == batches.size());
  if (batches.empty() || batches[0].rows() < 1) fail("an image needs at least one sample, found none");
  const int64_t columns = std::min<int64_t>(options.columns, batches[0].rows());
  Cell cell = cell_of(sample, options.scale);
  if (options.scale == 0) shrink(cell, columns * std::ssize(batches));
  Layout layout{cell, columns, static_cast<int64_t>(batches.size()), 0, cell.height(), options.gap};
  for (const std::string& caption : options.captions) {
    layout.left = std::max(layout.left, text_width(caption) + 2 * kGlyphAdvance);
    layout.row_height = std::max<int64_t>(cell.height(), kGlyphHeight * kTextScale);
  }
  Image image = blank_image(layout);
  for (int64_t row = 0; row < layout.rows; ++row) {
    const ConstView& batch = batches[row];
    HOURGLASS_CHECK(batch.rows() <= batches[0].rows() && batch.size() == batch.rows() * sample.size());
    for (int64_t column = 0; column < std::min(columns, batch.rows()); ++column)
      draw_sample(image, cell, batch.as<float>() + column * sample.size(), layout.x(column), layout.y(row));
    if (options.captions.empty()) continue;
    const std::string& caption = options.captions[row];
    const int64_t top = layout.y(row) + (cell.height() - kGlyphHeight * kTextScale) / 2;
    draw_text(image, caption, layout.left - kGlyphAdvance - text_width(caption), top);
  }
  return image;
}

Image tile(ConstView samples, const Shape& sample, int columns) {
  HOURGLASS_CHECK(columns > 0);
  std::vector<ConstView> rows;
  for (int64_t first = 0; first < samples.rows(); first += columns)
    rows.push_back(samples.slice(first, std::min<int64_t>(columns, samples.rows() - first)));
  return image_grid(rows, sample, {.columns = columns});
}

}  // namespace hourglass
