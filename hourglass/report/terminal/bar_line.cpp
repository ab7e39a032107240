#include "hourglass/report/terminal/bar_line.h"

#include <algorithm>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

constexpr int kNarrowestBar = 6;
constexpr int kWidestBar = 30;

std::string joined(const std::vector<BarPart>& parts) {
  std::string line;
  for (const BarPart& part : parts) line += (line.empty() ? "" : "  ") + part.text;
  return line;
}

std::string bar(int width, double done) {
  const int full = static_cast<int>(std::clamp(done, 0.0, 1.0) * width);
  std::string text;
  for (int i = 0; i < width; ++i) text += i < full ? "━" : "─";
  return text;
}

}  // namespace

std::string bar_line(std::vector<BarPart> parts, double done, int width) {
  const int with_bar = width - kNarrowestBar - 2;
  while (parts.size() > 1 && display_width(joined(parts)) > with_bar)
    parts.erase(std::ranges::max_element(parts, {}, &BarPart::goes));
  const int space = width - display_width(joined(parts)) - 2;
  if (space >= kNarrowestBar) parts.insert(parts.begin() + 1, BarPart{bar(std::min(space, kWidestBar), done)});
  // What remains is ASCII: a window narrower than "epoch 7/20" cuts it.
  const std::string line = joined(parts);
  return display_width(line) <= width ? line : line.substr(0, std::max(width, 0));
}

}  // namespace hourglass
