#pragma once

#include <string>
#include <vector>

namespace hourglass {

/// A part of a line with a progress bar. In a narrow window the parts with the highest drop_order disappear first.
struct BarPart {
  std::string text;
  int drop_order = 0;
};

/// The parts that fit into `width` columns, with a bar after the first if space permits. The first part is ASCII.
std::string bar_line(std::vector<BarPart> parts, double done, int width);

/// Control sequence that erases a terminal's line from the cursor to the end.
inline constexpr const char* kEraseToEnd = "\x1b[K";

}  // namespace hourglass
