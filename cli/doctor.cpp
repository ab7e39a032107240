#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/subprocess.h"
#include "hourglass/base/version.h"
#include "hourglass/data/known.h"
#include "hourglass/tensor/processor.h"

namespace hourglass::cli {

namespace {

/// Empty if gnuplot runs, else the reason why it does not.
std::string gnuplot_problem() {
  try {
    run_program({"gnuplot", "--version"}, {});
    return "";
  } catch (const ProgramNotFound&) {
    return "missing: no plots (apt-get install gnuplot-nox)";
  } catch (const RuntimeFailure& e) {
    return e.what();
  }
}

void doctor(bool json) {
  const int threads = available_threads();
  const std::string problem = gnuplot_problem();
  nlohmann::ordered_json j = {{"version", version()},
                              {"threads", threads},
                              {"vector_instructions", vector_target()},
                              {"onednn", onednn_version()},
                              {"onednn_instructions", onednn_instructions()},
                              {"gnuplot", problem.empty()},
                              {"data_folder", data_home().string()}};
  for (const KnownSet& set : known_sets()) j["data"][set.name] = kept_folder(set).has_value();
  const double one = product_speed(1), all = product_speed(threads);
  j["gflops_one_thread"] = one;
  j["gflops_all_threads"] = all;
  if (json) return print_document(j);
  say("hourglass         {}", version());
  say("threads           {}", threads);
  say("vector loops      {}", vector_target());
  say("oneDNN            {}, {}", onednn_version(), onednn_instructions());
  say("gnuplot           {}", problem.empty() ? "found" : problem);
  for (const KnownSet& set : known_sets())
    say("{:17} {}", set.name, kept_folder(set) ? "kept in " + data_home().string() : "not fetched yet");
  say("matrix products   {:.0f} GFLOP/s on one thread, {:.0f} on {}", one, all, threads);
}

}  // namespace

void add_doctor(Subcommand app) {
  auto verb = app.add_subcommand("doctor", "Show what is installed, what the processor offers and how fast it is");
  verb.add_flag("--json", verb.callback(doctor), "Print one JSON object");
}

}  // namespace hourglass::cli
