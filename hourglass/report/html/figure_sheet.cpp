#include "hourglass/report/html/figure_sheet.h"

#include "hourglass/base/error.h"

namespace hourglass {

void FigureBuilder::chart(Figure about, const Chart& chart) {
  attempt(std::move(about), [&](Figure& f) {
    auto files = render_(f.name, chart);
    f.svg = std::move(files.svg);
    f.png = std::move(files.png);
  });
}

void FigureBuilder::image(Figure about, const std::function<Image()>& image) {
  attempt(std::move(about), [&](Figure& f) { f.png = png_bytes(image()); });
}

void FigureBuilder::attempt(Figure about, const std::function<void(Figure&)>& draw) {
  try {
    draw(about);
    figures_.drawn.push_back(std::move(about));
  } catch (const Error& e) {
    omit(about.title, e.what());
  }
}

}  // namespace hourglass
