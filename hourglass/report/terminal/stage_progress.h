#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "hourglass/report/terminal/progress.h"

namespace hourglass {

/// How far a piece of work is that may take long, as text; nothing in its first half second. On a terminal a line
/// `jacobian_spectrum  ━━━━━━━──────  43 %  0:12 left`, redrawn at most ten times a second; elsewhere a plain line
/// every ten seconds, `jacobian_spectrum: 43 %, 0:12 left`.
class StageProgress {
 public:
  explicit StageProgress(std::ostream& out, ProgressOptions options = {});
  /// Takes the bar off the terminal.
  ~StageProgress() { clear(); }
  StageProgress(const StageProgress&) = delete;
  StageProgress& operator=(const StageProgress&) = delete;

  /// Of the work of this name, `done` of 1. Another name begins another work, 1 ends it.
  void update(std::string_view name, double done);
  /// A line that stays.
  void note(const std::string& text);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void draw(double done, const std::string& left);
  void clear();

  std::ostream& out_;
  ProgressOptions options_;
  std::string name_;
  Time start_{}, next_{};
  bool visible_ = false;  ///< a bar is on the terminal's last line
};

}  // namespace hourglass
