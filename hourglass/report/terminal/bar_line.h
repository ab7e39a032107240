#pragma once

#include <string>
#include <vector>

namespace hourglass {

/// A part of a progress line. In a narrow window the parts with the highest `goes` are left out first.
struct BarPart {
  std::string text;
  int goes = 0;
};

/// Joins the parts that fit into `width` columns, with a bar after the first part if there is space for it. The first
/// part is ASCII.
std::string bar_line(std::vector<BarPart> parts, double done, int width);

/// Erases a terminal line from the cursor to its end.
inline constexpr const char* kEraseToEnd = "\x1b[K";

}  // namespace hourglass
