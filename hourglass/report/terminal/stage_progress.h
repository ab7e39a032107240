#pragma once

#include <string>
#include <string_view>

#include "hourglass/report/terminal/bar_line.h"

namespace hourglass {

/// Shows the progress of a long task as text, after its first half second. On a terminal a line
/// `jacobian_spectrum  ━━━━━━━──────  43 %  0:12 left`, redrawn at most ten times a second; otherwise a plain
/// line every ten seconds, `jacobian_spectrum: 43 %, 0:12 left`.
class StageProgress {
 public:
  explicit StageProgress(std::ostream& out, ProgressOptions options = {}) : line_(out, std::move(options)) {}

  /// Reports that the fraction `done` of the task `name` is finished. Another name starts another task, 1 ends it.
  void update(std::string_view name, double done);
  /// Prints a line that is not erased.
  void note(const std::string& text) { line_.print(text); }

 private:
  BarLine line_;
  std::string name_;
  std::chrono::steady_clock::time_point start_{}, next_{};
};

}  // namespace hourglass
