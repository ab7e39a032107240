#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/commands.h"
#include "hourglass/base/parallel.h"
#include "hourglass/base/version.h"
#include "hourglass/data/known.h"
#include "hourglass/tensor/ops.h"
#include "hourglass/tensor/processor.h"

namespace hourglass::cli {

namespace {

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (std::filesystem::exists(std::filesystem::path(folder) / program)) return true;
  return false;
}

/// GFLOP/s of 600 × 784 × 128 products, each thread its own, over about a second.
double product_speed(int threads) {
  using Clock = std::chrono::steady_clock;
  constexpr int64_t kM = 600, kK = 784, kN = 128, kRepeats = 20;
  struct Work {
    Tensor a{DType::f32, {kM, kK}}, b{DType::f32, {kN, kK}}, c{DType::f32, {kM, kN}};
  };
  std::vector<Work> work(threads);
  auto multiply = [&](int64_t t) {
    for (int64_t i = 0; i < kRepeats; ++i)
      ops::matmul(work[t].a, ops::Transpose::no, work[t].b, ops::Transpose::yes, work[t].c);
  };
  parallel_for(threads, threads, multiply);  // warm up
  const auto start = Clock::now();
  double seconds = 0;
  int64_t rounds = 0;
  for (; seconds < 0.9; ++rounds) {
    parallel_for(threads, threads, multiply);
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  return 2.0 * kM * kK * kN * kRepeats * static_cast<double>(rounds * threads) / seconds / 1e9;
}

void doctor(bool json) {
  const int threads = available_threads();
  nlohmann::ordered_json j = {{"version", version()},
                              {"threads", threads},
                              {"vector_instructions", vector_target()},
                              {"onednn", onednn_version()},
                              {"onednn_instructions", onednn_instructions()},
                              {"gnuplot", on_path("gnuplot")},
                              {"data_folder", data_home().string()}};
  for (const KnownSet& set : known_sets()) j["data"][set.name] = kept_folder(set).has_value();
  j["gflops_one_thread"] = product_speed(1);
  j["gflops_all_threads"] = product_speed(threads);
  if (json) {
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("hourglass         {}\n", version());
  fmt::print("threads           {}\n", threads);
  fmt::print("vector loops      {}\n", vector_target());
  fmt::print("oneDNN            {}, {}\n", onednn_version(), onednn_instructions());
  fmt::print("gnuplot           {}\n",
             on_path("gnuplot") ? "found" : "missing: no plots (apt-get install gnuplot-nox)");
  for (const KnownSet& set : known_sets())
    fmt::print("{:17} {}\n", set.name, kept_folder(set) ? "kept in " + data_home().string() : "not fetched yet");
  fmt::print("matrix products   {:.0f} GFLOP/s on one thread, {:.0f} on {}\n", j["gflops_one_thread"].get<double>(),
             j["gflops_all_threads"].get<double>(), threads);
}

}  // namespace

void add_doctor(Subcommand app) {
  auto verb = app.add_subcommand("doctor", "Show what is installed, what the processor offers and how fast it is");
  auto json = std::make_shared<bool>(false);
  verb.add_flag("--json", *json, "Print one JSON object");
  verb.callback([json] { doctor(*json); });
}

}  // namespace hourglass::cli
