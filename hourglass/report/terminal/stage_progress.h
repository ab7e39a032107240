#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "hourglass/report/terminal/progress.h"

namespace hourglass {

/// Shows the progress of a long task as text, after its first half second. On a terminal a line
/// `jacobian_spectrum  ━━━━━━━──────  43 %  0:12 left`, redrawn at most ten times a second; otherwise a plain
/// line every ten seconds, `jacobian_spectrum: 43 %, 0:12 left`.
class StageProgress {
 public:
  explicit StageProgress(std::ostream& out, ProgressOptions options = {});
  /// Erases the bar.
  ~StageProgress() { clear(); }
  StageProgress(const StageProgress&) = delete;
  StageProgress& operator=(const StageProgress&) = delete;

  /// Reports that the fraction `done` of the task `name` is finished. Another name starts another task, 1 ends it.
  void update(std::string_view name, double done);
  /// Prints a line that is not erased.
  void note(const std::string& text);

 private:
  using Time = std::chrono::steady_clock::time_point;

  void draw(double done, const std::string& left);
  void clear();

  std::ostream& out_;
  ProgressOptions options_;
  std::string name_;
  Time start_{}, next_{};
  bool visible_ = false;  ///< the last line of the terminal is a bar
};

}  // namespace hourglass
