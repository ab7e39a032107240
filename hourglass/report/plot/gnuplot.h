#pragma once

#include <string>
#include <string_view>

#include "hourglass/base/error.h"

namespace hourglass {

/// A chart cannot be drawn: gnuplot is missing, or cannot draw these numbers.
class NotDrawn : public RuntimeFailure {
 public:
  using RuntimeFailure::RuntimeFailure;
};

/// Runs a gnuplot script, without the user's start-up files, and returns its standard output. Throws NotDrawn when
/// gnuplot is missing, fails or writes nothing.
std::string run_gnuplot(const std::string& script);

/// Returns `text` as a gnuplot string literal in single quotes, within which gnuplot expands nothing. Apostrophes
/// become ’, control characters spaces, bytes that are not UTF-8 U+FFFD; characters that change the direction of
/// writing are left out.
std::string gnuplot_quoted(std::string_view text);

}  // namespace hourglass
