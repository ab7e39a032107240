#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "hourglass/app/training.h"
#include "hourglass/base/file.h"
#include "hourglass/base/text.h"
#include "hourglass/base/version.h"
#include "hourglass/run/run_metrics.h"
#include "model.h"

// Defines the module hourglass._core; its types are declared in _core.pyi.

namespace hourglass::python {

namespace {

py::tuple tuple_of(const Shape& shape) {
  py::tuple tuple(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) tuple[axis] = shape[axis];
  return tuple;
}

/// Passes epochs, as lines of metrics.jsonl, and messages to functions of Python.
class Listener final : public RunListener {
 public:
  Listener(const py::function& on_epoch, const py::function& on_note) : on_epoch_(on_epoch), on_note_(on_note) {}

  void on_epoch(const EpochRecord& epoch) override {
    interrupts.guard([&] { on_epoch_(epoch_json(epoch)); });
  }
  void on_note(const std::string& note) override {
    last_note = note;
    interrupts.guard([&] { on_note_(printable_message(note)); });
  }

  Interrupts interrupts;
  std::string last_note;

 private:
  const py::function &on_epoch_, &on_note_;
};

/// Trains a model with a recipe in JSON on rows in memory. `test` may be None; `init` may be a model whose weights
/// training starts from. Throws RuntimeFailure if training diverges, and the reason if it is stopped: an exception of a
/// function, or Ctrl-C.
std::unique_ptr<Model> train(const std::string& json, const py::object& rows, const py::object& test, const Model* init,
                             int threads, const py::function& on_epoch, const py::function& on_note) {
  const Recipe recipe = recipe_from_json(json);
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

/// An untrained model for such rows: fresh weights, the scaler fitted to them.
std::unique_ptr<Model> begin_model(const std::string& json, const py::object& array) {
  const Recipe recipe = recipe_from_json(json);
  const auto [keeper, data] = rows_of(array, "rows", recipe.data.read.missing == MissingValues::mean);
  return std::make_unique<Model>(untrained_model(recipe, data));
}

std::unique_ptr<Model> model_of(const py::bytes& bytes) {
  return std::make_unique<Model>(parse_model(std::string_view(bytes), "bytes"));
}

void define_model(py::module_& m) {
  const auto rows = py::arg("rows"), codes = py::arg("codes");
  const auto threads = py::arg("threads") = 0;
  py::class_<Model>(m, "Model", "A trained autoencoder: encode, decode, reconstruct, save.")
      .def_static(
          "load", [](const std::filesystem::path& path) { return std::make_unique<Model>(load_model(path)); },
          py::arg("path"), "Loads a .safetensors model file or a run folder of the hourglass program.")
      .def_static("from_bytes", &model_of, py::arg("data"), "Loads a model from the bytes of a model file.")
      .def(
          "to_bytes", [](const Model& self) { return py::bytes(self.bytes()); }, "The model file as bytes.")
      .def(
          "save",
          [](const Model& self, const std::filesystem::path& path) { write_file_atomically(path, self.bytes()); },
          py::arg("path"), "Writes a model file for the hourglass program, atomically.")
      .def("encode", &Model::encode, rows, threads, "Computes the codes of rows: (rows, …code), float32.")
      .def("decode", &Model::decode, codes, threads,
           "Decodes codes to samples (rows, …input), in the units of the data.")
      .def("reconstruct", &Model::reconstruct, rows, threads,
           "Reconstructs rows: (rows, …input), in the units of the data.")
      .def("errors", &Model::errors, rows, threads, "Mean squared residual of every row, in scaled units.")
      .def("anomaly_scores", &Model::anomaly_scores, rows, threads,
           "Anomaly score of every row; above 1 exceeds the threshold of the model. Requires [anomaly] in the recipe.")
      .def("train_on", &Model::train_on, rows, threads,
           "Trains for one pass over these rows; the optimiser state is kept between calls. Returns the mean loss.")
      .def_property_readonly(
          "recipe",
          [](const Model& self) { return py::module_::import("json").attr("loads")(recipe_json(self.recipe())); },
          "The recipe of the model, with all defaults.")
      .def_property_readonly("weights", &Model::weights,
                             "Copies of the weights by their names in the model file: a PyTorch state_dict.")
      .def_property_readonly(
          "input_shape", [](const Model& self) { return tuple_of(self.network().input()); },
          "Shape of one sample: (features,) or (channels, height, width).")
      .def_property_readonly(
          "code_shape", [](const Model& self) { return tuple_of(self.network().code().output()); },
          "Shape of the code of one sample.")
      .def("__repr__",
           [](const Model& self) {
             return fmt::format("<hourglass.Model: {} to {}>", self.network().input().text(),
                                self.network().code().output().text());
           })
      .def(py::pickle(
          [](Model& self) { return py::make_tuple(py::bytes(self.bytes()), py::bytes(self.online_state())); },
          [](const py::tuple& state) {
            auto model = model_of(state[0].cast<py::bytes>());
            model->restore_online(state[1].cast<std::string>());
            return model;
          }));
}

}  // namespace

PYBIND11_MODULE(_core, m) {
  m.doc() = "Hourglass: autoencoders in C++.";
  m.attr("__version__") = hourglass::version();
  auto& error = py::register_exception<Error>(m, "Error", PyExc_ValueError);
  py::register_exception<RuntimeFailure>(m, "RuntimeFailure", error.ptr());
  define_model(m);
  m.def("begin_model", &begin_model, py::arg("recipe"), py::arg("rows"));
  m.def("train", &train, py::arg("recipe"), py::arg("rows"), py::arg("test"), py::arg("init"), py::arg("threads"),
        py::arg("on_epoch"), py::arg("on_note"));
  m.def("refuse_masked", &refuse_masked, py::arg("array"), py::arg("name"));
  m.def("read_recipe", [](const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return recipe_json(read_recipe(path, overrides));
  });
  m.def("recipe_toml", [](const std::string& json) { return recipe_toml(recipe_from_json(json)); });
  m.def("parse_recipe", [](const std::string& text, const std::vector<std::string>& overrides) {
    return recipe_json(parse_recipe(text, "recipe", overrides));
  });
}

}  // namespace hourglass::python
