#pragma once

#include <string>
#include <string_view>

namespace hourglass {

/// What gnuplot writes to its standard output when it runs `script`, without the user's start-up files. Throws
/// RuntimeFailure when gnuplot is missing, refuses the script or writes nothing.
std::string run_gnuplot(const std::string& script);

/// Text as a gnuplot string literal: in single quotes, which expand nothing; apostrophes inside become ’ and control
/// characters spaces.
std::string gnuplot_quoted(std::string_view text);

}  // namespace hourglass
