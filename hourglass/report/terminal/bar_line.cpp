#include "hourglass/report/terminal/bar_line.h"

#include <algorithm>
#include <ostream>

#include "hourglass/base/text.h"
#include "hourglass/report/format.h"

namespace hourglass {
namespace {

constexpr int kMinBar = 6;
constexpr int kMaxBar = 30;

/// What is written to a terminal besides text.
struct Control {
  const char* sequence;
};
constexpr Control kLineStart{"\r"}, kEraseToEnd{"\x1b[K"};  // the second erases the line from the cursor on

std::ostream& operator<<(std::ostream& out, Control control) { return out << control.sequence; }

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
  for (BarPart& part : parts) part.text = printable(part.text);
  const int with_bar = width - kMinBar - 2;
  while (parts.size() > 1 && display_width(joined(parts)) > with_bar)
    parts.erase(std::ranges::max_element(parts, {}, &BarPart::drop_order));
  const int space = width - display_width(joined(parts)) - 2;
  if (space >= kMinBar) parts.insert(parts.begin() + 1, BarPart{bar(std::min(space, kMaxBar), done)});
  std::string line = joined(parts);
  for (int columns = display_width(line); columns > std::max(width, 0); line.pop_back())
    columns -= (line.back() & 0xC0) != 0x80;
  return line;
}

}  // namespace

void BarLine::draw(std::vector<BarPart> parts, double done) {
  visible_ = true;
  // The last column stays empty, because some terminals wrap once it is written.
  out_ << kLineStart << text_of(std::move(parts), done, options_.width() - 1) << kEraseToEnd << std::flush;
}

void BarLine::erase() {
  if (visible_) out_ << kLineStart << kEraseToEnd << std::flush;
  visible_ = false;
}

void BarLine::print(const std::string& line) {
  erase();
  out_ << terminal_message(line) << '\n' << std::flush;
}

}  // namespace hourglass
