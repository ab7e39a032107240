#include "hourglass/report/plot/gnuplot.h"

#include "hourglass/base/subprocess.h"

namespace hourglass {

std::string run_gnuplot(const std::string& script) try {
  // Ctrl-C stops a training, but a plot is finished. -d: no start-up files. GNUTERM names a terminal that gnuplot opens
  // before it reads the script: qt or x11, which may not be there.
  ProcessResult result = run_process({"gnuplot", "-d"}, {.input = script, .own_group = true, .hidden = "GNUTERM"});
  if (result.exit_status == 0 && !result.output.empty()) return std::move(result.output);
  throw RuntimeFailure(fmt::format("gnuplot failed (exit status {}): {}", result.exit_status, result.errors));
} catch (const ProgramNotFound&) {
  throw RuntimeFailure("gnuplot is not installed; Debian's package is gnuplot-nox");
}

std::string gnuplot_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    // gnuplot fails on several doubled quotes in a row, although its manual recommends them.
    if (c == '\'')
      quoted += "’";
    else
      quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return quoted + "'";
}

}  // namespace hourglass
