#include "hourglass/model/autoencoder.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

void check_weights(const Network& network, const SafeTensors& file, const std::string& name) {
  std::set<std::string_view> known;
  for (const Parameter& p : network.parameters()) {
    known.insert(p.name);
    const auto found = file.tensors.find(p.name);
    if (found == file.tensors.end()) fail("{}: tensor {} is missing; expected shape {}", name, p.name, p.shape.text());
    if (!(found->second.shape() == p.shape))
      fail("{}: tensor {} has shape {}, expected {}", name, p.name, found->second.shape().text(), p.shape.text());
  }
  for (const auto& [tensor, value] : file.tensors)
    if (!known.contains(tensor)) fail("{}: tensor {} belongs to no layer of this network", name, tensor);
}

}  // namespace

Autoencoder::Autoencoder(Network network, const SafeTensors& file, const std::string& name)
    : network_(std::move(network)) {
  check_weights(network_, file, name);
  theta_ = Tensor(DType::f32, {network_.parameter_count()});
  load_weights(file, name);
}

void Autoencoder::check_fits(const Dataset& data) const {
  if (data.sample.size() != network_.input().size())
    fail("{}: samples are {}, the model expects {}", data.name, data.sample.text(), network_.input().text());
}

void Autoencoder::load_weights(const SafeTensors& file, const std::string& name) {
  check_weights(network_, file, name);
  for (const Parameter& p : network_.parameters()) copy(file.tensors.at(p.name).cast(theta_.dtype()), p.in(theta()));
}

std::map<std::string, ConstView> Autoencoder::weights() const {
  std::map<std::string, ConstView> all;
  for (const Parameter& p : network_.parameters()) all[p.name] = p.in(theta());
  return all;
}

std::string scaler_json(const Scaler& s) {
  nlohmann::json json = {{"kind", s.kind}, {"offset", s.offset}, {"factor", s.factor}};
  if (!s.fill.empty()) json["fill"] = s.fill;
  if (!s.columns.empty()) json["columns"] = s.columns;
  return json.dump();
}

Scaler scaler_from_json(const std::string& text, int64_t features, const std::string& name) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Scaler s;
  try {
    s = {json.at("kind").get<std::string>(), json.at("offset").get<std::vector<float>>(),
         json.at("factor").get<std::vector<float>>(), json.value("fill", s.fill), json.value("columns", s.columns)};
  } catch (const nlohmann::json::exception&) {
    fail("{}: metadata \"scaler\": expected an object with kind, offset and factor", name);
  }
  const auto fits = [&](const std::vector<float>& v) {
    return v.size() == 1 || static_cast<int64_t>(v.size()) == features;
  };
  if (!fits(s.offset) || s.factor.size() != s.offset.size())
    fail("{}: metadata \"scaler\": {} offsets and {} factors, expected 1 or {} of each", name, s.offset.size(),
         s.factor.size(), features);
  for (const size_t count : {s.fill.size(), s.columns.size()})
    if (count != 0 && static_cast<int64_t>(count) != features)
      fail("{}: metadata \"scaler\": {} means or names of columns, expected {}", name, count, features);
  const auto usable = [](float v) { return std::isfinite(v) && v != 0; };
  if (!std::all_of(s.factor.begin(), s.factor.end(), usable))
    fail("{}: metadata \"scaler\": a factor is 0 or not a number", name);
  if (!std::all_of(s.offset.begin(), s.offset.end(), [](float v) { return std::isfinite(v); }))
    fail("{}: metadata \"scaler\": an offset is not a finite number", name);
  if (!std::all_of(s.fill.begin(), s.fill.end(), [](float v) { return std::isfinite(v); }))
    fail("{}: metadata \"scaler\": a mean is not a finite number", name);
  return s;
}

}  // namespace hourglass
