#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include "arrays.h"
#include "hourglass/base/file.h"
#include "model.h"
#include "training.h"

// The whole of hourglass._core; its types stand in _core.pyi.

namespace hourglass::python {

namespace {

py::tuple tuple_of(const Shape& shape) {
  py::tuple tuple(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) tuple[axis] = shape[axis];
  return tuple;
}

py::dict weights_of(const Model& model) {
  py::dict all;
  for (auto& [name, tensor] : model.weights()) all[py::str(name)] = array_of(std::move(tensor));
  return all;
}

std::unique_ptr<Model> model_of(const py::bytes& bytes) {
  return std::make_unique<Model>(parse_model(std::string_view(bytes), "bytes"));
}

py::object recipe_of(const Model& model) {
  return py::module_::import("json").attr("loads")(recipe_json(model.trained().recipe));
}

void define_model(py::module_& m) {
  const auto rows = py::arg("rows"), codes = py::arg("codes");
  const auto threads = py::arg("threads") = 0;
  py::class_<Model>(m, "Model", "A trained autoencoder: encode, decode, reconstruct, save.")
      .def_static(
          "load", [](const std::filesystem::path& path) { return std::make_unique<Model>(load_model(path)); },
          py::arg("path"), "Reads a .safetensors model file or a run folder of the hourglass program.")
      .def_static("from_bytes", &model_of, py::arg("data"), "As load, of a model file's bytes.")
      .def(
          "to_bytes", [](const Model& self) { return py::bytes(self.bytes()); }, "The bytes that save would write.")
      .def(
          "save",
          [](const Model& self, const std::filesystem::path& path) { write_file_atomically(path, self.bytes()); },
          py::arg("path"), "Writes a model file that the hourglass program reads; it appears whole or not at all.")
      .def("encode", &Model::encode, rows, threads, "The codes of rows: (rows, …code), float32.")
      .def("decode", &Model::decode, codes, threads, "The samples that codes stand for: (rows, …input), in data units.")
      .def("reconstruct", &Model::reconstruct, rows, threads,
           "What the model makes of rows: (rows, …input), in data units.")
      .def("errors", &Model::errors, rows, threads,
           "The mean squared residual of every row, in the units the scaler makes.")
      .def("anomaly_scores", &Model::anomaly_scores, rows, threads,
           "How abnormal every row is: above 1 beyond the model's threshold. Needs [anomaly] in the recipe.")
      .def("train_on", &Model::train_on, rows, threads,
           "One more pass over these rows, the optimiser's state living on from call to call; the mean loss.")
      .def_property_readonly("recipe", &recipe_of, "The recipe it was trained by, every default written out.")
      .def_property_readonly("weights", &weights_of,
                             "Copies of the weights by their names in the file: torch's state_dict.")
      .def_property_readonly(
          "input_shape", [](const Model& self) { return tuple_of(self.trained().autoencoder.network().input()); },
          "Of one sample: (features,) or (channels, height, width).")
      .def_property_readonly(
          "code_shape",
          [](const Model& self) { return tuple_of(self.trained().autoencoder.network().code().output()); },
          "Of the code of one sample.")
      .def("__repr__",
           [](const Model& self) {
             const Network& network = self.trained().autoencoder.network();
             return fmt::format("<hourglass.Model: {} to {}>", network.input().text(), network.code().output().text());
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
  m.attr("__version__") = HOURGLASS_VERSION;
  auto& error = py::register_exception<Error>(m, "Error", PyExc_ValueError);
  py::register_exception<RuntimeFailure>(m, "RuntimeFailure", error.ptr());
  define_model(m);
  m.def("begin_model", &begin_model, py::arg("recipe"), py::arg("rows"));
  m.def("train", &train, py::arg("recipe"), py::arg("rows"), py::arg("test"), py::arg("init"), py::arg("threads"),
        py::arg("on_epoch"), py::arg("on_note"));
  m.def("read_recipe", [](const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return recipe_json(read_recipe(path, overrides));
  });
  m.def("recipe_toml", [](const std::string& json) { return recipe_toml(recipe_from_json(json)); });
  m.def("parse_recipe", [](const std::string& text, const std::vector<std::string>& overrides) {
    return recipe_json(parse_recipe(text, "recipe", overrides));
  });
}

}  // namespace hourglass::python
