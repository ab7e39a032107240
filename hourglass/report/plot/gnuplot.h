#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// Runs a gnuplot script, without the user's start-up files, and returns its standard output. Throws RuntimeFailure
/// when gnuplot is missing, fails or writes nothing.
std::string run_gnuplot(const std::string& script);

/// Returns `text` as a gnuplot string literal in single quotes, within which gnuplot expands nothing. Apostrophes
/// become ’, control characters spaces.
std::string gnuplot_quoted(std::string_view text);

}  // namespace hourglass
