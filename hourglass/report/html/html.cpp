#include "hourglass/report/html/html.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <regex>

#include "hourglass/base/error.h"
#include "hourglass/base/text.h"
#include "hourglass/base/version.h"
#include "hourglass/report/html/page_style.h"

namespace hourglass {

namespace {

Html head_cells(const Row& head) {
  Html cells;
  for (const Cell& cell : head) cells += html("<th>{}</th>", cell.text);
  return html("<tr>{}</tr>\n", cells);
}

/// Every cell but the first repeats the head of its column, which narrow screens show.
Html body_cells(const Row& row, const Row& head) {
  Html cells;
  for (size_t i = 0; i < row.size(); ++i)
    cells += html("<td{}{}>{}</td>", row[i].best ? html(" class=\"best\"") : Html(),
                  i && !head[i].text.empty() ? html(" data-head=\"{}\"", head[i].text) : Html(), row[i].text);
  return html("<tr>{}</tr>\n", cells);
}

Html figure(const Figure& f) {
  const Html body = f.svg.empty() ? html("<img src=\"{}\" alt=\"{}: {}\">", png_url(f.png), f.title, f.caption)
                                  : inline_svg(f.svg, f.name.text(), f.title);
  return html("<figure id=\"{}\"{}><h3>{}</h3>\n{}\n<figcaption>{}</figcaption></figure>\n", f.name.text(),
              f.svg.empty() ? html(" class=\"image\"") : Html(), f.title, body, f.caption);
}

}  // namespace

std::string png_url(std::string_view png) {
  std::string base64((png.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                   reinterpret_cast<const unsigned char*>(png.data()), static_cast<int>(png.size()));
  base64.resize(size);
  return "data:image/png;base64," + base64;
}

Html inline_svg(const std::string& svg, const std::string& prefix, const std::string& title) {
  const size_t start = svg.find("<svg");
  if (start == std::string::npos) fail("{}: no SVG element", title);
  std::string text = valid_utf8(std::string_view(svg).substr(start));
  // Browsers would show gnuplot's own titles as tooltips.
  text = std::regex_replace(text, std::regex("<title>gnuplot_plot_[^<]*</title>"), "");
  text = std::regex_replace(text, std::regex("<desc>[^<]*</desc>"), "");
  text = std::regex_replace(text, std::regex("\\bid=(['\"])"), "id=$1" + prefix + "-");
  text = std::regex_replace(text, std::regex("(href='#|url\\(#)"), "$1" + prefix + "-");
  text.replace(0, 4, "<svg role=\"img\"");
  const std::string own = "<title>Gnuplot</title>";
  if (const size_t at = text.find(own); at != std::string::npos)
    text.replace(at, own.size(), html("<title>{}</title>", title).bytes());
  return Html(std::move(text));
}

Html html_table(const Row& head, const std::vector<Row>& rows) {
  Html body;
  for (const Row& row : rows) body += body_cells(row, head);
  return html("<div class=\"wide\"><table><thead>{}</thead><tbody>\n{}</tbody></table></div>\n", head_cells(head),
              body);
}

Html html_terms(const std::vector<std::pair<std::string, std::string>>& terms) {
  Html list;
  for (const auto& [term, text] : terms) list += html("<div><dt>{}</dt><dd>{}</dd></div>", term, text);
  return html("<dl>{}</dl>\n", list);
}

Html html_section(const Section& s, const std::vector<Figure>& figures, const Html& more) {
  Html drawn;
  for (const Figure& f : figures)
    if (f.section == s.id) drawn += figure(f);
  if (drawn.empty() && more.empty()) return {};
  const Html introduction = s.introduction.empty() ? Html() : html("<p>{}</p>\n", s.introduction);
  return html("<section id=\"{}\"><h2>{}</h2>\n{}<div class=\"figures\">\n{}</div>\n{}</section>\n", s.id, s.title,
              introduction, drawn, more);
}

Html html_omissions(const std::vector<Omission>& omissions) {
  if (omissions.empty()) return {};
  Html list;
  for (const Omission& o : omissions) list += html("<li><b>{}</b>: {}.</li>\n", o.part, o.reason);
  return html("<section id=\"omissions\"><h2>Left out</h2>\n<ul>\n{}</ul></section>\n", list);
}

std::string html_page(const std::string& title, const Html& header, const Html& body) {
  return html(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
             "<title>{0} · Hourglass</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<header><h1>{0}</h1>\n"
             "{2}</header>\n{3}<footer>Made by Hourglass {4}; the folder plots/ has every plot as PNG and SVG and "
             "every "
             "grid of images as PNG.</footer>\n</main>\n</body>\n</html>\n",
             title, Html::literal(kPageStyle), header, body, version())
      .bytes();
}

}  // namespace hourglass
