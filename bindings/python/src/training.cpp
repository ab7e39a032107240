#include "training.h"

#include "arrays.h"
#include "hourglass/app/training.h"
#include "hourglass/run/jsonl.h"
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

}  // namespace

std::unique_ptr<Model> train(const std::string& text, const py::object& rows, const py::object& test, const Model* init,
                             int threads, const py::function& on_epoch, const py::function& on_note) {
  const Recipe recipe = recipe_from_json(text);
  const bool nan_is_missing = recipe.data.read.missing == MissingValues::mean;
  const auto [keeper, data] = rows_of(rows, "rows", nan_is_missing);
  std::optional<Rows> test_rows;
  if (!test.is_none()) test_rows = rows_of(test, "test rows", nan_is_missing);
  std::optional<InitialWeights> weights;
  if (init) weights = {parse_safetensors(init->bytes(), "init"), "init"};
  Listener listener(on_epoch, on_note);
  auto [model, outcome] = [&, &data = data] {
    const py::gil_scoped_release without_lock;
    return train_in_memory({recipe, data, test_rows ? &test_rows->data : nullptr, std::move(weights), threads},
                           listener, [&] { return listener.interrupts.came(); });
  }();
  listener.interrupts.rethrow();
  if (outcome == RunOutcome::diverged) throw RuntimeFailure(listener.last_note);
  return std::make_unique<Model>(std::move(model));
}

}  // namespace hourglass::python
