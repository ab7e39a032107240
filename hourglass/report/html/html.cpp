#include "hourglass/report/html/html.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <map>
#include <regex>

#include "hourglass/base/error.h"
#include "hourglass/base/version.h"
#include "hourglass/report/html/page_style.h"

namespace hourglass {

namespace {

std::string head_cells(const Row& head) {
  std::string html = "<tr>";
  for (const Cell& cell : head) html += "<th>" + html_escaped(cell.text) + "</th>";
  return html + "</tr>\n";
}

/// Every cell but the first repeats the head of its column, which narrow screens show.
std::string cells(const Row& row, const Row& head) {
  std::string html = "<tr>";
  for (size_t i = 0; i < row.size(); ++i)
    html += fmt::format("<td{}{}>{}</td>", row[i].best ? " class=\"best\"" : "",
                        i && !head[i].text.empty() ? " data-head=\"" + html_escaped(head[i].text) + "\"" : "",
                        html_escaped(row[i].text));
  return html + "</tr>\n";
}

std::string figure(const Figure& f) {
  const std::string title = html_escaped(f.title), caption = html_escaped(f.caption);
  const std::string body = f.svg.empty()
                               ? fmt::format("<img src=\"{}\" alt=\"{}: {}\">", png_url(f.png), title, caption)
                               : inline_svg(f.svg, f.name, f.title);
  return fmt::format("<figure id=\"{}\"{}><h3>{}</h3>\n{}\n<figcaption>{}</figcaption></figure>\n",
                     html_escaped(f.name), f.svg.empty() ? " class=\"image\"" : "", title, body, caption);
}

}  // namespace

std::string html_escaped(std::string_view text) {
  static const std::map<char, std::string_view> entities = {
      {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
  std::string escaped;
  for (const char c : text) {
    if (const auto entity = entities.find(c); entity != entities.end())
      escaped += entity->second;
    else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t')
      escaped += c;
  }
  return escaped;
}

std::string png_url(std::string_view png) {
  std::string base64((png.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                   reinterpret_cast<const unsigned char*>(png.data()), static_cast<int>(png.size()));
  base64.resize(size);
  return "data:image/png;base64," + base64;
}

std::string inline_svg(std::string_view svg, const std::string& prefix, const std::string& title) {
  const size_t start = svg.find("<svg");
  if (start == std::string_view::npos) fail("{}: no SVG element", title);
  std::string text(svg.substr(start));
  // Browsers would show gnuplot's own titles as tooltips.
  text = std::regex_replace(text, std::regex("<title>gnuplot_plot_[^<]*</title>"), "");
  text = std::regex_replace(text, std::regex("<desc>[^<]*</desc>"), "");
  text = std::regex_replace(text, std::regex("\\bid=(['\"])"), "id=$1" + prefix + "-");
  text = std::regex_replace(text, std::regex("(href='#|url\\(#)"), "$1" + prefix + "-");
  text.replace(0, 4, "<svg role=\"img\"");
  const std::string own = "<title>Gnuplot</title>";
  if (const size_t at = text.find(own); at != std::string::npos)
    text.replace(at, own.size(), "<title>" + html_escaped(title) + "</title>");
  return text;
}

std::string html_table(const Row& head, const std::vector<Row>& rows) {
  std::string html = "<div class=\"wide\"><table><thead>" + head_cells(head) + "</thead><tbody>\n";
  for (const Row& row : rows) html += cells(row, head);
  return html + "</tbody></table></div>\n";
}

std::string html_terms(const std::vector<std::pair<std::string, std::string>>& terms) {
  std::string html = "<dl>";
  for (const auto& [term, text] : terms)
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_escaped(term), html_escaped(text));
  return html + "</dl>\n";
}

std::string html_section(const Section& s, const std::vector<Figure>& figures, const std::string& more) {
  std::string html;
  for (const Figure& f : figures)
    if (f.section == s.id) html += figure(f);
  if (html.empty() && more.empty()) return "";
  const std::string introduction =
      s.introduction.empty() ? "" : fmt::format("<p>{}</p>\n", html_escaped(s.introduction));
  return fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}<div class=\"figures\">\n{}</div>\n{}</section>\n", s.id,
                     html_escaped(s.title), introduction, html, more);
}

std::string html_omissions(const std::vector<Omission>& omissions) {
  std::string html;
  for (const Omission& o : omissions)
    html += fmt::format("<li><b>{}</b>: {}.</li>\n", html_escaped(o.part), html_escaped(o.reason));
  return html.empty() ? "" : "<section id=\"omissions\"><h2>Left out</h2>\n<ul>\n" + html + "</ul></section>\n";
}

std::string html_page(const std::string& title, const std::string& header, const std::string& body) {
  const std::string name = html_escaped(title);
  return fmt::format(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
             "<title>{0} · Hourglass</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n<header><h1>{0}</h1>\n",
             name, kPageStyle) +
         header + "</header>\n" + body + "<footer>Made by Hourglass " + version() +
         "; the folder plots/ has every plot as PNG and SVG and every grid of images as "
         "PNG.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace hourglass
