#include "hourglass/report/terminal/stage_progress.h"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "hourglass/report/format.h"
#include "hourglass/report/terminal/bar_line.h"

namespace hourglass {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDelay{500}, kRedrawInterval{100}, kLineInterval{10000};

}  // namespace

StageProgress::StageProgress(std::ostream& out, ProgressOptions options) : out_(out), options_(std::move(options)) {}

void StageProgress::update(std::string_view name, double done) {
  const Time now = options_.now();
  if (name != name_) {
    name_ = name;
    start_ = now;
    next_ = now + (options_.terminal ? kDelay : kLineInterval);
  }
  if (done >= 1) {
    clear();
    name_.clear();
  } else if (now >= next_ && done > 0) {
    next_ = now + (options_.terminal ? kRedrawInterval : kLineInterval);
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    draw(done, format_duration(elapsed * (1 - done) / done) + " left");
  }
}

void StageProgress::draw(double done, const std::string& left) {
  const std::string percent = fmt::format("{:.0f} %", 100 * done);
  if (!options_.terminal) {
    out_ << fmt::format("{}: {}, {}\n", name_, percent, left) << std::flush;
    return;
  }
  visible_ = true;
  // The last column stays empty, because some terminals wrap once it is written.
  out_ << '\r' << bar_line({{name_}, {percent, 2}, {left, 1}}, done, options_.width() - 1) << kEraseToEnd << std::flush;
}

void StageProgress::note(const std::string& text) {
  clear();
  out_ << text << '\n' << std::flush;
}

void StageProgress::clear() {
  if (visible_) out_ << '\r' << kEraseToEnd << std::flush;
  visible_ = false;
}

}  // namespace hourglass
