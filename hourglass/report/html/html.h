#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// Escapes text for HTML content and quoted attributes: & < > " ' become entities; control characters other than tab
/// and newline are removed.
std::string html_escaped(std::string_view text);

/// PNG as a data URL: data:image/png;base64,…
std::string png_url(std::string_view png);

/// Turns an SVG of gnuplot into an element of a page: without the XML prologue, with ids that begin with `prefix`, and
/// with `title` as its accessible name.
std::string inline_svg(std::string_view svg, const std::string& prefix, const std::string& title);

}  // namespace hourglass
