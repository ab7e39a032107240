#include "cli/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "hourglass/base/file.h"
#include "hourglass/eval/analysis/analyse.h"
#include "hourglass/eval/analysis/samples.h"
#include "hourglass/report/html/page.h"
#include "hourglass/report/plot/image_grid.h"
#include "hourglass/report/plot/plot.h"
#include "hourglass/run/jsonl.h"

namespace hourglass::cli {

namespace {

struct Picture {
  std::string file;
  std::function<void()> draw;
};

std::string title_of(const RunFolder& folder) { return std::filesystem::canonical(folder.path()).filename(); }

Corruption corruption_of(const DrawnRun& run) { return {run.recipe.corruption, run.recipe.train.seed}; }

std::string reconstructions_png(const DrawnRun& run) {
  const auto s = reconstruct_samples(run.model, run.samples, corruption_of(run), 10);
  std::vector<ConstView> rows = {s.clean, s.reconstruction};
  std::vector<std::string> captions = {"input", "reconstruction"};
  if (s.noisy.size()) {
    rows.insert(rows.begin() + 1, s.noisy);
    captions.insert(captions.begin() + 1, "corrupted");
  }
  return png_bytes(image_grid(rows, run.samples.sample, {.captions = captions}));
}

/// A chart is kept as soon as it is drawn: whoever draws what a killed process did not come to goes on from there.
ChartRenderer keeping_renderer(const std::filesystem::path& plots) {
  return [=](const std::string& name, const Chart& chart) {
    const auto svg = plots / (name + ".svg"), png = plots / (name + ".png");
    if (std::filesystem::exists(svg) && std::filesystem::exists(png))
      return Chart::Files{read_file(svg), read_file(png)};
    auto files = chart.render();
    std::filesystem::create_directories(plots);
    write_file_atomically(svg, files.svg);
    write_file_atomically(png, files.png);
    return files;
  };
}

void write_report(const RunFolder& folder, const DrawnRun& run, int threads, const ChartRenderer& render) {
  const auto& sparse = run.recipe.objective.sparse_kl;
  RunReport report{title_of(folder),
                   run.recipe.description,
                   recipe_toml(run.recipe),
                   run.reconstruction,
                   run.epochs,
                   analyse(run.model, run.samples, corruption_of(run), threads),
                   {}};
  report.figures = draw_figures(run.epochs, run.reconstruction, report.analysis,
                                sparse ? std::optional(sparse->target) : std::nullopt, render);
  write_figures(folder.path(), report.figures);
  folder.write("report.html", report_page(report));
}

std::vector<Picture> pictures(const RunFolder& folder, const DrawnRun& run, int threads, const ChartRenderer& render) {
  std::vector<Picture> all;
  const auto loss = [&] {
    const LossPlot plot{run.epochs, run.reconstruction, title_of(folder)};
    folder.write("loss.png", plot.render(LossPlot::Format::png));
  };
  if (!run.epochs.empty()) all.push_back({"loss.png", loss});
  all.push_back({"reconstructions.png", [&] { folder.write("reconstructions.png", reconstructions_png(run)); }});
  all.push_back({"report.html", [&, threads, render] { write_report(folder, run, threads, render); }});
  return all;
}

}  // namespace

std::vector<EpochRecord> epochs_of(const std::filesystem::path& run) {
  const auto file = run / "metrics.jsonl";
  if (!std::filesystem::exists(file)) return {};
  return parse_epochs(read_file(file), file.string());
}

void write_figures(const std::filesystem::path& folder, const Figures& figures) {
  const auto plots = folder / "plots";
  std::filesystem::create_directories(plots);
  const auto write = [&](const std::string& name, const std::string& bytes) {
    if (!file_holds(plots / name, bytes)) write_file_atomically(plots / name, bytes);
  };
  for (const Figure& f : figures.drawn) {
    write(f.name + ".png", f.png);
    if (!f.svg.empty()) write(f.name + ".svg", f.svg);
  }
}

void draw_run(const RunFolder& folder, const DrawnRun& run, int threads) {
  for (const Picture& picture : pictures(folder, run, threads, render_chart)) picture.draw();
}

void draw_missing(const RunFolder& folder, const DrawnRun& run, int threads) {
  const ChartRenderer render = keeping_renderer(folder.path() / "plots");
  for (const Picture& picture : pictures(folder, run, threads, render)) try {
      if (!std::filesystem::exists(folder.path() / picture.file)) picture.draw();
    } catch (const std::exception& e) {
      fmt::print(stderr, "note: {} was not drawn: {}\n", picture.file, e.what());
    }
}

bool is_drawn(const RunFolder& folder) {
  return std::ranges::all_of(RunFolder::kPictures,
                             [&](const char* file) { return std::filesystem::exists(folder.path() / file); });
}

}  // namespace hourglass::cli
