#pragma once

#include <string>
#include <vector>

namespace hourglass {

/// A part of a progress bar's line; in a narrow window the parts with the highest `goes` disappear first.
struct BarPart {
  std::string text;
  int goes = 0;
};

/// The parts that fit into `width` columns, with a bar after the first where there is room for one. The first is ASCII.
std::string bar_line(std::vector<BarPart> parts, double done, int width);

/// Takes away what a terminal's line shows behind the cursor.
inline constexpr const char* kEraseToEnd = "\x1b[K";

}  // namespace hourglass
