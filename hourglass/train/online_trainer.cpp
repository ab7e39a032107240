#include "hourglass/train/online_trainer.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/base/random.h"
#include "hourglass/data/unit_interval.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

std::vector<uint32_t> order_of_rows(const Recipe& recipe, int64_t pass, int64_t rows) {
  if (recipe.data.shuffle) return shuffled(recipe.train.seed, static_cast<uint32_t>(pass), static_cast<uint32_t>(rows));
  std::vector<uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0u);
  return order;
}

}  // namespace

OnlineTrainer::OnlineTrainer(const Recipe& recipe, Autoencoder& model)
    : recipe_(recipe),
      model_(model),
      objective_(recipe.objective, model.network(), recipe.train.seed),
      optimizer_(recipe.train.optimizer, model.theta().dtype(), model.network().parameter_count()),
      corruption_(recipe.corruption, recipe.train.seed),
      step_(model, objective_, optimizer_, corruption_, recipe.train.batch_size) {}

double OnlineTrainer::pass(const Dataset& part, int threads, const std::function<bool()>& stop) {
  model_.check_fits(part);
  if (objective_.reconstruction_name() == "bce") check_unit_interval(part, model_.scaler);
  model_.enter({});
  if (threads <= 0) threads = available_threads();
  const std::vector<uint32_t> order = order_of_rows(recipe_, ++passes_, part.rows());
  double sum = 0;
  int64_t done = 0;
  for (bool stopped = false; done < part.rows() && !stopped; stopped = stop()) {
    const int64_t count = std::min(recipe_.train.batch_size, part.rows() - done);
    const double loss = step_
                            .run(part, std::span(order).subspan(done, count), static_cast<uint32_t>(passes_), ++steps_,
                                 optimizer_.learning_rate(), threads)
                            .loss;
    if (!std::isfinite(loss))
      throw RuntimeFailure(fmt::format("{}: the loss is not finite; a smaller learning rate than {} may help",
                                       part.name, optimizer_.learning_rate()));
    sum += static_cast<double>(count) * loss;
    done += count;
  }
  return sum / static_cast<double>(done);
}

std::string OnlineTrainer::state() {
  std::map<std::string, ConstView> tensors;
  for (const auto& [name, view] : optimizer_.state()) tensors[name] = view;
  return safetensors_bytes(tensors, {{"steps", std::to_string(steps_)}, {"passes", std::to_string(passes_)}});
}

void OnlineTrainer::restore(const SafeTensors& state, const std::string& name) {
  const auto count = [&](const char* key) {
    const auto found = state.metadata.find(key);
    const auto json = nlohmann::json::parse(found == state.metadata.end() ? "" : found->second, nullptr, false);
    if (!json.is_number_unsigned() || json.get<uint64_t>() > INT64_MAX)
      fail("{}: metadata \"{}\": expected a number of 0 or more", name, key);
    return json.get<int64_t>();
  };
  const int64_t steps = count("steps"), passes = count("passes");
  for (auto& [tensor, view] : optimizer_.state()) {
    const auto found = state.tensors.find(tensor);
    if (found == state.tensors.end() || !(found->second.shape() == view.shape()) ||
        found->second.dtype() != view.dtype())
      fail("{}: tensor {} is missing or of another shape", name, tensor);
  }
  for (auto& [tensor, view] : optimizer_.state()) copy(state.tensors.at(tensor), view);
  steps_ = steps;
  passes_ = passes;
}

}  // namespace hourglass
