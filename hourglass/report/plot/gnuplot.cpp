#include "hourglass/report/plot/gnuplot.h"

#include "hourglass/base/subprocess.h"
#include "hourglass/base/text.h"

namespace hourglass {

std::string run_gnuplot(const std::string& script) try {
  // Ctrl-C stops a training, but a plot is finished. -d: no start-up files. GNUTERM names a terminal that gnuplot opens
  // before it reads the script: qt or x11, which may not be there.
  ProcessResult result = run_process({"gnuplot", "-d"}, {.input = script, .own_group = true, .hidden = "GNUTERM"});
  if (result.exit_status == 0 && !result.output.empty()) return std::move(result.output);
  throw NotDrawn(fmt::format("gnuplot failed (exit status {}): {}", result.exit_status, result.errors));
} catch (const ProgramNotFound&) {
  throw NotDrawn("gnuplot is not installed; Debian's package is gnuplot-nox");
}

std::string gnuplot_quoted(std::string_view text) {
  std::string quoted = "'";
  for_each_character(text, [&](std::string_view c, bool is_valid) {
    if (!is_valid)
      quoted += "\uFFFD";
    else if (c == "'")
      quoted += "’";  // gnuplot fails on several doubled quotes in a row, although its manual recommends them
    else if (is_control(c))
      quoted += ' ';
    else if (!changes_direction(c))
      quoted += c;
  });
  return quoted + "'";
}

}  // namespace hourglass
