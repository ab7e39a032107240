#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// Checks that an svg element holds only what gnuplot draws: shapes and texts, references to parts of itself. A file of
/// another program could hold scripts, handlers of events, addresses, or markup that a page reads otherwise than an SVG
/// file. Throws Error with `name` and the first thing that does not belong.
void check_drawing(std::string_view svg, const std::string& name);

}  // namespace hourglass
