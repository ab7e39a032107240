#pragma once

#include <memory>
#include <string>

#include "model.h"

namespace hourglass::python {

/// Trains a model by a recipe, in JSON, on rows in memory; `test` may be None, `init` a model whose weights to start
/// from. on_epoch gets the text of every epoch's line of metrics.jsonl, on_note what there is to tell the user. Throws
/// RuntimeFailure when training diverges, and whatever stops it: an exception of a function, or Ctrl-C.
std::unique_ptr<Model> train(const std::string& recipe, const py::object& rows, const py::object& test,
                             const Model* init, int threads, const py::function& on_epoch, const py::function& on_note);

}  // namespace hourglass::python
