#pragma once

#include <string>
#include <vector>

#include "hourglass/report/html/figure_sheet.h"

namespace hourglass {

struct Cell {
  Cell(const char* text) : text(text) {}
  Cell(std::string text, bool best = false) : text(std::move(text)), best(best) {}

  std::string text;
  bool best = false;  ///< and marked so
};
using Row = std::vector<Cell>;

/// A table that scrolls by itself where it is too wide. Texts are escaped here, as everywhere below.
std::string html_table(const Row& head, const std::vector<Row>& rows);

/// A part of a page.
struct Section {
  std::string id, title, words;
};

/// The section with its figures, in their order; empty without any.
std::string html_section(const Section& section, const std::vector<Figure>& figures);

/// What was left out and why; empty when nothing was.
std::string html_omissions(const std::vector<Omission>& omissions);

/// One self-contained page: styles inside, no script, no address outside; light and dark by the reader's setting, for
/// wide and narrow screens and paper. `header` and `body` are HTML.
std::string html_page(const std::string& title, const std::string& header, const std::string& body);

}  // namespace hourglass
