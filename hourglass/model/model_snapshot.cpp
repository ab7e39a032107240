#include "hourglass/model/model_snapshot.h"

#include "hourglass/tensor/copy.h"

namespace hourglass {

ModelSnapshot::ModelSnapshot(const Autoencoder& model) : theta_(model.theta().dtype(), model.theta().shape()) {
  for (const LayerState* s : model.network().state())
    states_.emplace(s->name, Tensor(s->values.dtype(), s->values.shape()));
  take(model);
}

void ModelSnapshot::take(const Autoencoder& model) {
  copy(model.theta(), theta_);
  for (const LayerState* s : model.network().state()) copy(s->values, states_.at(s->name));
}

void ModelSnapshot::restore(Autoencoder& model) const {
  copy(theta_, model.theta());
  for (LayerState* s : model.state()) copy(states_.at(s->name), s->values);
}

std::map<std::string, View> ModelSnapshot::tensors(const std::string& name) {
  std::map<std::string, View> all = {{name, theta_}};
  for (auto& [state, values] : states_) all[name + "." + state] = values;
  return all;
}

std::map<std::string, View> snapshot_tensors(Autoencoder& model, const std::string& name) {
  std::map<std::string, View> all = {{name, model.theta()}};
  for (LayerState* s : model.state()) all[name + "." + s->name] = s->values;
  return all;
}

}  // namespace hourglass
