#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace hourglass {

/// Properties of the stream that a progress bar writes to.
struct ProgressOptions {
  bool terminal = false;                           ///< false: plain lines without control characters
  std::function<int()> width = [] { return 80; };  ///< in columns; read before each drawing, as windows are resized
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// The least time from one drawing of a bar to the next.
inline constexpr std::chrono::milliseconds kRedrawInterval{100};

/// A part of a line with a progress bar. In a narrow window the parts with the highest drop_order disappear first.
struct BarPart {
  std::string text;
  int drop_order = 0;
};

/// The last line of a terminal with a progress bar, and the lines of text above it. Texts become printable: only the
/// bar itself writes control characters.
class BarLine {
 public:
  BarLine(std::ostream& out, ProgressOptions options) : out_(out), options_(std::move(options)) {}
  ~BarLine() { erase(); }
  BarLine(const BarLine&) = delete;
  BarLine& operator=(const BarLine&) = delete;

  const ProgressOptions& options() const { return options_; }
  /// Draws the parts that fit into the window, with a bar after the first if space permits, in place of the last
  /// drawing.
  void draw(std::vector<BarPart> parts, double done);
  /// Erases the bar, so that the next message starts on an empty line.
  void erase();
  /// Erases the bar and prints a message.
  void print(const std::string& line);

 private:
  std::ostream& out_;
  ProgressOptions options_;
  bool visible_ = false;  ///< the last line of the terminal is a bar
};

}  // namespace hourglass
