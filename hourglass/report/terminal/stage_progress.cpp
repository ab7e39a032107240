#include "hourglass/report/terminal/stage_progress.h"

#include <fmt/format.h>

#include "hourglass/report/format.h"

namespace hourglass {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDelay{500}, kLineInterval{10000};

}  // namespace

void StageProgress::update(std::string_view name, double done) {
  const bool terminal = line_.options().terminal;
  const auto now = line_.options().now();
  if (name != name_) {
    name_ = name;
    start_ = now;
    next_ = now + (terminal ? kDelay : kLineInterval);
  }
  if (done >= 1) {
    line_.erase();
    name_.clear();
  } else if (now >= next_ && done > 0) {
    next_ = now + (terminal ? kRedrawInterval : kLineInterval);
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    const std::string percent = fmt::format("{:.0f} %", 100 * done),
                      left = format_duration(elapsed * (1 - done) / done) + " left";
    if (terminal)
      line_.draw({{name_}, {percent, 2}, {left, 1}}, done);
    else
      line_.print(fmt::format("{}: {}, {}", name_, percent, left));
  }
}

}  // namespace hourglass
