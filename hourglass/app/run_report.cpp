#include "hourglass/app/run_report.h"

#include <sstream>

#include "hourglass/app/outputs.h"
#include "hourglass/base/folder_files.h"
#include "hourglass/base/parallel.h"
#include "hourglass/eval/analysis/analyse.h"
#include "hourglass/objective/objective.h"
#include "hourglass/report/html/page.h"
#include "hourglass/report/plot/gnuplot.h"
#include "hourglass/report/plot/image_grid.h"
#include "hourglass/report/plot/plot.h"
#include "hourglass/run/run_metrics.h"

namespace hourglass {

namespace fs = std::filesystem;

namespace {

std::string title_of(const RunFolder& folder) { return fs::canonical(folder.path()).filename(); }

Corruption corruption_of(const RunResults& run) { return Corruption(run.recipe.corruption, run.recipe.train.seed); }

std::string reconstructions_png(const RunResults& run) {
  const auto s = reconstruct_samples(run.model, run.samples, corruption_of(run), 10);
  std::vector<ConstView> rows = {s.inputs, s.reconstructions};
  std::vector<std::string> captions = {"input", "reconstruction"};
  if (s.corrupted.size()) {
    rows.insert(rows.begin() + 1, s.corrupted);
    captions.insert(captions.begin() + 1, "corrupted");
  }
  return png_bytes(image_grid(rows, run.samples.sample, {.captions = captions}));
}

/// The recipe with the ends of long lines left out: a list of columns may have a megabyte.
std::string shown_recipe(const Recipe& recipe) {
  constexpr size_t kLongest = 2000, kBegin = 1500;
  std::istringstream text(recipe_toml(recipe));
  std::string shown;
  for (std::string line; std::getline(text, line); shown += line + "\n") {
    if (line.size() <= kLongest) continue;
    // Lists are cut between their elements.
    size_t end = std::min(line.find(", ", kBegin), kLongest);
    while ((static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;  // no character is cut in two
    line = fmt::format("{}, … ({} characters)", line.substr(0, end), line.size());
  }
  return shown;
}

void write_report(const RunFolder& folder, const RunResults& run) {
  const auto& sparse = run.recipe.objective.sparse_kl;
  RunReport report{title_of(folder),
                   run.recipe.description,
                   shown_recipe(run.recipe),
                   run.loss,
                   run.epochs,
                   analyse(run.model, run.samples, corruption_of(run),
                           {thread_count(run.threads), run.anomaly, run.progress,
                            run.recipe.anomaly.value_or(AnomalyConfig()).steps}),
                   {}};
  if (run.progress) run.progress("plots", 0);
  report.figures =
      draw_figures(run.epochs, run.loss, report.analysis, sparse ? std::optional(sparse->target) : std::nullopt);
  write_figures(folder.path(), report.figures);
  folder.write("report.html", report_page(report));
}

/// Writes one of RunFolder::kReportFiles; without epochs there is no loss.png.
void draw(const std::string& file, const RunFolder& folder, const RunResults& run) {
  if (run.progress) run.progress("plots", 0);
  if (file == "report.html") return write_report(folder, run);
  if (file == "reconstructions.png") return folder.write(file, reconstructions_png(run));
  if (run.epochs.empty()) return;
  folder.write(file, LossPlot{run.epochs, run.loss, title_of(folder)}.render(LossPlot::Format::png));
}

std::string not_drawn(const std::string& file, const std::exception& e) {
  return fmt::format("note: {} was not drawn: {}", file, e.what());
}

}  // namespace

void write_figures(const fs::path& folder, const Figures& figures) {
  const FolderFiles files(folder);
  files.make_folder("plots");
  const auto write = [&](const std::string& name, const std::string& bytes) {
    const std::string file = "plots/" + name;
    if (!files.holds(file, bytes)) files.write(file, bytes);
  };
  for (const Figure& f : figures.drawn) {
    write(f.name.text() + ".png", f.png);
    if (!f.svg.empty()) write(f.name.text() + ".svg", f.svg);
  }
}

void draw_missing_report_files(const RunFolder& folder, const RunResults& run, const Notify& notify) {
  const FolderFiles files(folder.path());
  for (const std::string file : RunFolder::kReportFiles) try {
      if (!files.has(file)) draw(file, folder, run);
    } catch (const std::exception& e) {
      notify(not_drawn(file, e));
    }
}

void redraw_run(const fs::path& run, const DataRequest& data, int threads, const Notify& notify,
                const EvaluationProgress& progress) {
  if (!fs::is_directory(run))
    fail("{}: no run folder; a report tells of a run, so it needs the folder that train made", run.string());
  const RunFolder folder(run, RunFolder::Existing::resume);
  const TrainedModel model = load_model(run);
  refuse_overwriting(folder.report_files(), files_of({run}, model, data));
  const auto epochs = read_run_metrics(run, penalty_names(model.recipe.objective, model.autoencoder.network()));
  const DataSplits parts = open_splits(model, data, notify);
  const Dataset& samples = measured_part(parts);
  const auto loss = reconstruction_of(model.recipe.objective, model.autoencoder.network());
  const RunResults results{model.recipe, model.autoencoder, std::string(name_of(loss)),
                           epochs,       samples,           model.anomaly ? &*model.anomaly : nullptr,
                           threads,      progress};
  for (const char* file : RunFolder::kReportFiles) try {
      draw(file, folder, results);
    } catch (const NotDrawn& e) {
      notify(not_drawn(file, e));
    }
}

}  // namespace hourglass
