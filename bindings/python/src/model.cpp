#include "model.h"

#include <mutex>

#include "arrays.h"
#include "hourglass/app/training.h"
#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"
#include "interrupts.h"

namespace hourglass::python {

template <class F>
auto Model::infer(int threads, F f) const {
  return read([&] { return f(Inference(trained_.autoencoder, thread_count(threads))); });
}

Rows Model::rows(const py::object& array) const {
  return rows_of(array, "rows", !trained_.autoencoder.scaler.fill.empty());
}

py::array Model::encode(const py::object& array, int threads) {
  const auto [keeper, data] = rows(array);
  return array_of(infer(threads, [&](const Inference& i) { return i.encode(data); }));
}

py::array Model::decode(const py::object& array, int threads) {
  const auto codes = codes_of(array);
  return array_of(infer(threads, [&, view = view_of(codes)](const Inference& i) {
    Tensor out = i.decode(view);
    to_data_units(trained_.autoencoder.scaler, out);
    return out;
  }));
}

py::array Model::reconstruct(const py::object& array, int threads) {
  const auto [keeper, data] = rows(array);
  return array_of(infer(threads, [&](const Inference& i) {
    Tensor out = i.reconstruct(data);
    to_data_units(trained_.autoencoder.scaler, out);
    return out;
  }));
}

py::array Model::errors(const py::object& array, int threads) {
  const auto [keeper, data] = rows(array);
  Tensor out(DType::f64, {data.rows()});
  infer(threads, [&](const Inference& i) {
    i.reconstruct(data, [&](const Inference::Chunk& chunk) {
      const int64_t width = chunk.clean.columns();
      visit_floats(chunk.clean, chunk.reconstruction(), [&](auto x, auto r) {
        for (int64_t row = 0; row < chunk.rows; ++row) {
          double sum = 0;
          for (int64_t j = row * width; j < (row + 1) * width; ++j)
            sum += (static_cast<double>(r[j]) - x[j]) * (static_cast<double>(r[j]) - x[j]);
          out.as<double>()[chunk.first + row] = sum / static_cast<double>(width);
        }
      });
    });
  });
  return array_of(std::move(out));
}

py::array Model::anomaly_scores(const py::object& array, int threads) {
  if (!trained_.anomaly)
    fail("this model has nothing to measure scores against: trained without [anomaly], or on more rows since");
  const auto [keeper, data] = rows(array);
  const auto scores = infer(threads, [&](const Inference& i) {
    const AnomalyDetector detector{i, *trained_.anomaly};
    trained_.autoencoder.check_fits(data);
    return hourglass::anomaly_scores({&detector, 1}, data, 0).score;
  });
  return py::array_t<double>(static_cast<py::ssize_t>(scores.size()), scores.data());
}

OnlineTrainer& Model::online() {
  if (!online_) online_.emplace(trained_.recipe, trained_.autoencoder);
  return *online_;
}

double Model::train_on(const py::object& array, int threads) {
  const auto [keeper, data] = rows(array);
  Interrupts interrupts;
  const auto pass = [&, &data = data] {
    const py::gil_scoped_release without_lock;
    const std::unique_lock lock(mutex_);
    trained_.autoencoder.check_fits(data);
    trained_.anomaly.reset();
    return online().pass(data, threads, [&] { return interrupts.came(); });
  };
  const double loss = pass();
  interrupts.rethrow();
  return loss;
}

std::string Model::bytes() const {
  return read([&] { return model_bytes(trained_.recipe, trained_.autoencoder, trained_.anomaly); });
}

std::map<std::string, Tensor> Model::weights() const {
  return read([&] {
    std::map<std::string, Tensor> all;
    for (const auto& [name, view] : trained_.autoencoder.weights()) {
      Tensor& copied = all[name] = Tensor(view.dtype(), view.shape());
      copy(view, copied);
    }
    return all;
  });
}

std::string Model::online_state() {
  return read([&] { return online_ ? online_->state() : ""; });
}

void Model::restore_online(const std::string& state) {
  if (!state.empty()) online().restore(parse_safetensors(state, "state"), "state");
}

std::unique_ptr<Model> begin_model(const std::string& text, const py::object& array) {
  const Recipe recipe = recipe_from_json(text);
  const auto [keeper, data] = rows_of(array, "rows", recipe.data.read.missing == MissingValues::mean);
  return std::make_unique<Model>(untrained_model(recipe, data));
}

}  // namespace hourglass::python
