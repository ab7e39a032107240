#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// Escapes text for HTML content and quoted attributes: & < > " ' become entities; control characters other than tab
/// and newline are removed.
std::string html_escaped(std::string_view text);

/// The data URL of a PNG file: data:image/png;base64,…
std::string png_url(std::string_view png);

/// Converts an SVG file of gnuplot to an element of a page: removes the XML prologue, prefixes ids with `prefix` and
/// sets the title, for screen readers. Throws Error for text without an svg element.
std::string inline_svg(std::string_view svg, const std::string& prefix, const std::string& title);

}  // namespace hourglass
