#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// Text for HTML's content and quoted attributes: & < > " ' are escaped, control characters but tab and newline are
/// left out.
std::string html_escaped(std::string_view text);

/// data:image/png;base64,…
std::string png_url(std::string_view png);

/// gnuplot's SVG as an element of a page: without the XML prologue, its ids beginning with `prefix`, named `title` for
/// those who cannot see it.
std::string inline_svg(std::string_view svg, const std::string& prefix, const std::string& title);

}  // namespace hourglass
