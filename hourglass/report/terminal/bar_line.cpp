#include "hourglass/report/terminal/bar_line.h"

#include <algorithm>
#include <ostream>

#include "hourglass/report/format.h"

namespace hourglass {
namespace {

constexpr int kMinBar = 6;
constexpr int kMaxBar = 30;
constexpr const char* kEraseToEnd = "\x1b[K";  // erases a terminal's line from the cursor on

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

/// The parts that fit into `width` columns, with a bar after the first if space permits.
std::string text_of(std::vector<BarPart> parts, double done, int width) {
  const int with_bar = width - kMinBar - 2;
  while (parts.size() > 1 && display_width(joined(parts)) > with_bar)
    parts.erase(std::ranges::max_element(parts, {}, &BarPart::drop_order));
  const int space = width - display_width(joined(parts)) - 2;
  if (space >= kMinBar) parts.insert(parts.begin() + 1, BarPart{bar(std::min(space, kMaxBar), done)});
  // Only the first part is left, which is ASCII and so can be cut anywhere.
  const std::string line = joined(parts);
  return display_width(line) <= width ? line : line.substr(0, std::max(width, 0));
}

}  // namespace

void BarLine::draw(std::vector<BarPart> parts, double done) {
  visible_ = true;
  // The last column stays empty, because some terminals wrap once it is written.
  out_ << '\r' << text_of(std::move(parts), done, options_.width() - 1) << kEraseToEnd << std::flush;
}

void BarLine::erase() {
  if (visible_) out_ << '\r' << kEraseToEnd << std::flush;
  visible_ = false;
}

void BarLine::print(const std::string& line) {
  erase();
  out_ << line << '\n' << std::flush;
}

}  // namespace hourglass
