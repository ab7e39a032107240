#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <type_traits>

#include "arrays.h"
#include "hourglass/base/parallel.h"
#include "hourglass/data/scaler.h"
#include "hourglass/model/model_file.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "hourglass/train/online_trainer.h"
#include "interrupts.h"

namespace hourglass::python {

/// A trained model as Python has it. Any number of Python threads may use one at once; they wait while train_on changes
/// the weights. It cannot be moved.
class Model {
 public:
  explicit Model(TrainedModel trained) : trained_(std::move(trained)) {}
  Model(const Model&) = delete;

  py::array encode(const py::object& array, int threads) const {
    return array_of(infer(array, threads, [](const Inference& i, const Dataset& rows) { return i.encode(rows); }));
  }

  py::array decode(const py::object& array, int threads) const {
    const auto [keeper, codes] = codes_of(array);
    return array_of(read([&, &codes = codes] { return in_data_units(inference(threads).decode(codes)); }));
  }

  py::array reconstruct(const py::object& array, int threads) const {
    return array_of(infer(array, threads,
                          [&](const Inference& i, const Dataset& rows) { return in_data_units(i.reconstruct(rows)); }));
  }

  /// (rows): the mean squared residual of every row, as the scaler makes rows.
  py::array errors(const py::object& array, int threads) const {
    return array_of(infer(array, threads, [](const Inference& i, const Dataset& rows) {
      Tensor errors(DType::f64, {rows.rows()});
      i.reconstruct(rows, [&](const Inference::Chunk& chunk) {
        const int64_t width = chunk.clean.columns();
        double* sums = errors.as<double>() + chunk.first;
        visit_floats(chunk.clean, chunk.reconstruction(), [&](auto x, auto r) {
          for (int64_t i = 0; i < chunk.clean.size(); ++i) {
            const double e = static_cast<double>(r[i]) - x[i];
            sums[i / width] += e * e;
          }
        });
        for (int64_t row = 0; row < chunk.rows; ++row) sums[row] /= static_cast<double>(width);
      });
      return errors;
    }));
  }

  /// (rows): AnomalyScores of this model alone. Throws Error when it has nothing to measure them against.
  py::array anomaly_scores(const py::object& array, int threads) const {
    if (!trained_.anomaly)
      fail("this model has nothing to measure scores against: trained without [anomaly], or on more rows since");
    const auto scores = infer(array, threads, [&](const Inference& i, const Dataset& rows) {
      const AnomalyDetector detector{i, *trained_.anomaly};
      trained_.autoencoder.check_fits(rows);
      return hourglass::anomaly_scores({&detector, 1}, rows, 0).score;
    });
    return py::array_t<double>(static_cast<py::ssize_t>(scores.size()), scores.data());
  }

  /// One pass of an OnlineTrainer over the rows; its state stays until the next one. What scores were measured against
  /// does not: it was fitted to the weights before. Returns the mean loss. Where the pass throws, nothing has changed.
  double train_on(const py::object& array, int threads) {
    const auto [keeper, data] = rows(array);
    Interrupts interrupts;
    const double loss = [&, &data = data] {
      const py::gil_scoped_release without_lock;
      const std::unique_lock lock(mutex_);
      trained_.autoencoder.check_fits(data);
      const double mean = online().pass(data, threads, [&] { return interrupts.came(); });
      trained_.anomaly.reset();
      return mean;
    }();
    interrupts.rethrow();
    return loss;
  }

  std::string bytes() const {
    return read([&] { return model_bytes(trained_.recipe, trained_.autoencoder, trained_.anomaly); });
  }

  /// Copies of the weights by name.
  py::dict weights() const {
    auto copies = read([&] {
      std::map<std::string, Tensor> all;
      for (const auto& [name, view] : trained_.autoencoder.weights())
        copy(view, all[name] = Tensor(view.dtype(), view.shape()));
      return all;
    });
    py::dict weights;
    for (auto& [name, tensor] : copies) weights[py::str(name)] = array_of(std::move(tensor));
    return weights;
  }

  /// Of the optimiser that train_on has used; empty before.
  std::string online_state() {
    return read([&] { return online_ ? online_->state() : std::string(); });
  }
  void restore_online(const std::string& state) {
    if (!state.empty()) online().restore(parse_safetensors(state, "state"), "state");
  }

  const Recipe& recipe() const { return trained_.recipe; }
  const Network& network() const { return trained_.autoencoder.network(); }

 private:
  /// Warns, as Python does, of pixels in other units than those of training.
  Rows rows(const py::object& array) const {
    const Scaler& scaler = trained_.autoencoder.scaler;
    Rows found = rows_of(array, "rows", !scaler.fill.empty());
    const std::string note = note_of_units(found.data, scaler);
    if (!note.empty() && PyErr_WarnEx(PyExc_UserWarning, note.c_str(), 1) != 0) throw py::error_already_set();
    return found;
  }

  Inference inference(int threads) const { return Inference(trained_.autoencoder, thread_count(threads)); }

  Tensor in_data_units(Tensor outputs) const {
    to_data_units(trained_.autoencoder.scaler, outputs);
    return outputs;
  }

  OnlineTrainer& online() {
    if (!online_) online_.emplace(trained_.recipe, trained_.autoencoder);
    return *online_;
  }

  /// Calls f without Python's lock, while no other thread changes the model.
  template <class F>
  std::invoke_result_t<F> read(F f) const {
    const py::gil_scoped_release without_lock;
    const std::shared_lock lock(mutex_);
    return f();
  }

  /// Likewise f(inference, rows of the array).
  template <class F>
  std::invoke_result_t<F, const Inference&, const Dataset&> infer(const py::object& array, int threads, F f) const {
    const auto [keeper, data] = rows(array);
    return read([&, &data = data] { return f(inference(threads), data); });
  }

  TrainedModel trained_;
  mutable std::shared_mutex mutex_;  ///< train_on changes the weights that others read
  std::optional<OnlineTrainer> online_;
};

}  // namespace hourglass::python

namespace pybind11::detail {

/// Refuses an object that __new__ made alone: for it pybind11 hands out memory that holds no model.
template <>
class type_caster<hourglass::python::Model> : public type_caster_base<hourglass::python::Model> {
 public:
  bool load(handle source, bool convert) {
    if (isinstance<hourglass::python::Model>(source) && !is_initialised(source))
      hourglass::fail("this Model was never initialised: make one with Model.load, Model.from_bytes or train");
    return type_caster_base::load(source, convert);
  }

 private:
  static bool is_initialised(handle source) {
    return reinterpret_cast<instance*>(source.ptr())->get_value_and_holder().holder_constructed();
  }
};

}  // namespace pybind11::detail
