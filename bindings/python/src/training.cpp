#include "training.h"

#include "arrays.h"
#include "hourglass/run/jsonl.h"
#include "hourglass/train/trainer.h"
#include "interrupts.h"

namespace hourglass::python {

namespace {

class Listener final : public RunListener {
 public:
  Listener(const py::function& on_epoch, const py::function& on_note) : on_epoch_(on_epoch), on_note_(on_note) {}

  void on_epoch(const EpochRecord& epoch) override {
    interrupts.guard([&] { on_epoch_(epoch_json(epoch)); });
  }
  void on_note(const std::string& note) override {
    last_note = note;
    interrupts.guard([&] { on_note_(note); });
  }

  Interrupts interrupts;
  std::string last_note;

 private:
  const py::function &on_epoch_, &on_note_;
};

Autoencoder start(const Recipe& recipe, const Shape& sample, const Model* init) {
  Autoencoder model(recipe.model, sample);
  if (init)
    model.load_weights(parse_safetensors(init->bytes(), "init"), "init");
  else
    initialise(model.network(), recipe.model.init, recipe.train.seed, model.theta());
  return model;
}

RunOutcome run(Trainer& trainer, Listener& listener) {
  const py::gil_scoped_release without_lock;
  return trainer.run({listener, [&] { return listener.interrupts.came(); }, {}});
}

}  // namespace

std::unique_ptr<Model> train(const std::string& text, const py::object& rows, const py::object& test, const Model* init,
                             int threads, const py::function& on_epoch, const py::function& on_note) {
  const Recipe recipe = recipe_from_json(text);
  const bool nan_is_missing = recipe.data.read.missing == MissingValues::mean;
  const auto [keeper, data] = rows_of(rows, "rows", nan_is_missing);
  std::optional<Rows> held_out;
  if (!test.is_none()) held_out = rows_of(test, "test rows", nan_is_missing);
  if (held_out && held_out->data.sample.size() != data.sample.size())
    fail("test rows: samples are {}, the training rows' {}", held_out->data.sample.text(), data.sample.text());
  auto model = std::make_unique<Model>(TrainedModel{recipe, start(recipe, data.sample, init)});
  Trainer trainer(recipe, model->trained().autoencoder, data, held_out ? &held_out->data : nullptr, threads);
  Listener listener(on_epoch, on_note);
  const RunOutcome outcome = run(trainer, listener);
  listener.interrupts.rethrow();
  if (outcome == RunOutcome::diverged) throw RuntimeFailure(listener.last_note);
  const py::gil_scoped_release without_lock;
  model->trained().anomaly = trainer.anomaly_scale();
  return model;
}

}  // namespace hourglass::python
