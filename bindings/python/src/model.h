#pragma once

#include <pybind11/numpy.h>

#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "arrays.h"
#include "hourglass/model/anomaly.h"
#include "hourglass/model/model_file.h"
#include "hourglass/train/online_trainer.h"

namespace hourglass::python {

namespace py = pybind11;

/// A trained model as Python has it. Any number of Python threads may use one at once; they wait while train_on changes
/// the weights. It cannot be moved.
class Model {
 public:
  explicit Model(TrainedModel trained) : trained_(std::move(trained)) {}
  Model(const Model&) = delete;

  py::array encode(const py::object& rows, int threads);
  py::array decode(const py::object& codes, int threads);
  py::array reconstruct(const py::object& rows, int threads);
  /// (rows): the mean squared residual of every row, as the scaler makes rows.
  py::array errors(const py::object& rows, int threads);
  /// (rows): AnomalyScores of this model alone. Throws Error when it has nothing to measure them against.
  py::array anomaly_scores(const py::object& rows, int threads);
  /// One pass of an OnlineTrainer over the rows; its state stays until the next one. What scores were measured
  /// against does not: it was fitted to the weights before. Returns the mean loss.
  double train_on(const py::object& rows, int threads);

  std::string bytes() const;
  std::map<std::string, Tensor> weights() const;
  /// Of the optimiser that train_on has used; empty before.
  std::string online_state();
  void restore_online(const std::string& state);

  const TrainedModel& trained() const { return trained_; }
  TrainedModel& trained() { return trained_; }

 private:
  Rows rows(const py::object& array) const;
  OnlineTrainer& online();
  /// Calls f without Python's lock, while no other thread changes the model.
  template <class F>
  auto read(F f) const {
    const py::gil_scoped_release without_lock;
    const std::shared_lock lock(mutex_);
    return f();
  }
  /// Likewise f(inference).
  template <class F>
  auto infer(int threads, F f) const;

  TrainedModel trained_;
  mutable std::shared_mutex mutex_;  ///< train_on changes the weights that others read
  std::optional<OnlineTrainer> online_;
};

/// An untrained model for such rows: fresh weights, the scaler fitted to them.
std::unique_ptr<Model> begin_model(const std::string& recipe, const py::object& rows);

}  // namespace hourglass::python
