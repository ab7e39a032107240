#include "hourglass/report/html/figure_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "hourglass/base/error.h"

namespace hourglass {

FigureName::FigureName(const std::string& text) : text_(text.substr(0, 100)) {
  for (char& c : text_) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_other = (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && &c != text_.data());
    if (!is_letter && !is_other) c = '-';
  }
  if (text_.empty()) text_ = "-";
}

FigureName FigureName::unlike(std::span<const Figure> taken) const {
  FigureName name = *this;
  for (int copy = 2; std::ranges::find(taken, name, &Figure::name) != taken.end(); ++copy)
    name = FigureName(fmt::format("{}-{}", text_.substr(0, 90), copy));
  return name;
}

void FigureBuilder::chart(Figure about, Chart chart) {
  about.name = about.name.unlike(figures_.drawn);
  places_.push_back(figures_.drawn.size());
  charts_.push_back(std::move(chart));
  figures_.drawn.push_back(std::move(about));
}

void FigureBuilder::image(Figure about, const std::function<Image()>& image) try {
  about.name = about.name.unlike(figures_.drawn);
  about.png = png_bytes(image());
  figures_.drawn.push_back(about);
} catch (const Error& e) {
  omit(about.title, e.what());
}

Figures FigureBuilder::take() && {
  std::vector<Chart::Files> files(charts_.size());
  try {
    files = render_(charts_);
  } catch (const Error&) {
    for (size_t i = 0; i < charts_.size(); ++i) try {
        files[i] = std::move(render_(std::span(charts_).subspan(i, 1)).front());
      } catch (const Error& e) {
        omit(figures_.drawn[places_[i]].title, e.what());
      }
  }
  for (size_t i = 0; i < files.size(); ++i) {
    Figure& figure = figures_.drawn[places_[i]];
    figure.svg = std::move(files[i].svg);
    figure.png = std::move(files[i].png);
  }
  std::erase_if(figures_.drawn, [](const Figure& f) { return f.png.empty(); });
  return std::move(figures_);
}

}  // namespace hourglass
