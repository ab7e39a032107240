#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/drawing.h"
#include "hourglass/objective/reconstruction.h"

namespace hourglass::cli {

namespace {

void report(const ModelOptions& o) {
  if (!std::filesystem::is_directory(o.model))
    fail("{}: no run folder; a report tells of a run, so it needs the folder that train made", o.model);
  const TrainedModel model = o.load();
  const RunFolder folder(o.model, RunFolder::Existing::resume);
  const auto epochs = epochs_of(o.model);
  const Dataset data = o.open(model);
  const auto loss = reconstruction_of(model.recipe.objective, model.autoencoder.network());
  draw_run(folder, {model.recipe, model.autoencoder, std::string(name_of(loss)), epochs, data}, o.thread_count());
  fmt::print("{}\n", (folder.path() / "report.html").string());
}

}  // namespace

void add_report(Subcommand app) {
  auto verb = app.add_subcommand("report", "Draw a run's pictures and its report.html again");
  auto o = std::make_shared<ModelOptions>();
  o->declare(verb);
  verb.get_option("MODEL").description("A run folder");
  verb.callback([o] { report(*o); });
}

}  // namespace hourglass::cli
