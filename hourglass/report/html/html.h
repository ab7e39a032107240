#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"
#include "hourglass/report/html/markup.h"

namespace hourglass {

/// The data URL of a PNG file: data:image/png;base64,…
std::string png_url(std::string_view png);

/// Converts an SVG that gnuplot has just drawn to an element of a page: removes the XML prologue, prefixes ids with the
/// figure's name and sets the title, for screen readers. The rest is taken as it is, so never pass an SVG that was read
/// from a file. Throws Error for text without an svg element.
Html inline_svg(const std::string& svg, const FigureName& figure, const std::string& title);

/// A cell of a table.
struct Cell {
  Cell(const char* text) : text(text) {}
  Cell(std::string text, bool best = false) : text(std::move(text)), best(best) {}

  std::string text;
  bool best = false;  ///< marked by a star
};
using Row = std::vector<Cell>;

/// Table; on a narrow screen a list of its rows. Rows are as long as the head.
Html html_table(const Row& head, const std::vector<Row>& rows);

/// Definition list (dl) of pairs of a term and its text.
Html html_terms(const std::vector<std::pair<std::string, std::string>>& terms);

/// A section of a page.
struct Section {
  std::string id, title, introduction;
};

/// The section with its figures, in their order, and `more` below them; empty if it has neither.
Html html_section(const Section& section, const std::vector<Figure>& figures, const Html& more = {});

/// The list of what was left out, with the reasons; empty if nothing was.
Html html_omissions(const std::vector<Omission>& omissions);

/// Self-contained page: styles, SVGs and images are inside, there are no scripts and no external addresses. Light or
/// dark as the reader has set, for wide and narrow screens and for print.
std::string html_page(const std::string& title, const Html& header, const Html& body);

}  // namespace hourglass
