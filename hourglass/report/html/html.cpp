#include "hourglass/report/html/html.h"

#include <openssl/evp.h>

#include <regex>

#include "hourglass/base/error.h"

namespace hourglass {

std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') escaped += c;
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

}  // namespace hourglass
