#pragma once

#include <memory>
#include <string>

#include "model.h"

namespace hourglass::python {

/// Trains a model with a recipe in JSON on rows in memory. `test` may be None; `init` may be a model whose weights
/// training starts from. on_epoch gets every epoch as a line of metrics.jsonl, on_note gets messages for the user.
/// Throws RuntimeFailure if training diverges, and the reason if it is stopped: an exception of a function, or Ctrl-C.
std::unique_ptr<Model> train(const std::string& recipe, const py::object& rows, const py::object& test,
                             const Model* init, int threads, const py::function& on_epoch, const py::function& on_note);

}  // namespace hourglass::python
