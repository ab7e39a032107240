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
  about.name = about.name.unlike(figures_.drawn);
  try {
    draw(about);
    figures_.drawn.push_back(std::move(about));
  } catch (const Error& e) {
    omit(about.title, e.what());
  }
}

}  // namespace hourglass
