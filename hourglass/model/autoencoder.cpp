#include "hourglass/model/autoencoder.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hourglass/base/schema/fields_json.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

/// The keys in alphabetical order, as in the files of all versions.
void fields(auto& v, Scaler& s) {
  for (const char* key : {"kind", "offset", "factor"}) v.needs(key);
  v.field_if_given("binarise", s.binarise, OneOf{kNames<Binarisation>}, "");
  v.field_if_given("columns", s.columns, Anything{}, "");
  v.field("factor", s.factor, Range{}, "");
  v.field_if_given("fill", s.fill, Range{}, "");
  v.field("kind", s.kind, OneOf{kNames<ScalerKind>}, "");
  v.field("offset", s.offset, Range{}, "");
}

namespace {

void check_weights(const Network& network, const SafeTensors& file, const std::string& name) {
  std::set<std::string_view> known;
  const auto check = [&](const std::string& tensor, const Shape& shape) {
    known.insert(tensor);
    const auto found = file.tensors.find(tensor);
    if (found == file.tensors.end()) fail("{}: tensor {} is missing; expected shape {}", name, tensor, shape.text());
    if (!(found->second.shape() == shape))
      fail("{}: tensor {} has shape {}, expected {}", name, tensor, found->second.shape().text(), shape.text());
    if (!all_finite(found->second)) fail("{}: tensor {} has a value that is not a finite number", name, tensor);
  };
  for (const Parameter& p : network.parameters()) check(p.name, p.shape);
  for (const LayerState* s : network.state())
    if (s->in_model) check(s->name, s->values.shape());
  for (const auto& [tensor, value] : file.tensors)
    if (!known.contains(tensor) && !tensor.starts_with("anomaly."))
      fail("{}: tensor {} belongs to no layer of this network", name, tensor);
}

}  // namespace

Autoencoder::Autoencoder(Network network, const SafeTensors& file, const std::string& name)
    : network_(std::move(network)) {
  check_weights(network_, file, name);
  theta_ = Tensor(DType::f32, {network_.parameter_count()});
  copy_weights(file);
}

void Autoencoder::check_fits(const Dataset& data) const {
  if (data.sample.size() != network_.input().size())
    fail("{}: samples are {}, the model expects {}", data.name, data.sample.text(), network_.input().text());
}

void Autoencoder::load_weights(const SafeTensors& file, const std::string& name) {
  check_weights(network_, file, name);
  copy_weights(file);
}

void Autoencoder::copy_weights(const SafeTensors& file) {
  for (const Parameter& p : network_.parameters()) copy(file.tensors.at(p.name).cast(theta_.dtype()), p.in(theta()));
  for (LayerState* s : state())
    if (s->in_model) copy(file.tensors.at(s->name).cast(s->values.dtype()), s->values);
}

std::map<std::string, ConstView> Autoencoder::weights() const {
  std::map<std::string, ConstView> all;
  for (const Parameter& p : network_.parameters()) all[p.name] = p.in(theta());
  for (const LayerState* s : network_.state())
    if (s->in_model) all[s->name] = s->values;
  return all;
}

std::string scaler_json(const Scaler& s) { return to_json(s); }

Scaler scaler_from_json(const std::string& text, int64_t features, const std::string& name) {
  const std::string where = name + ": metadata \"scaler\"";
  auto s = from_json<Scaler>(text, where, {.most_values = 8 + 4 * static_cast<size_t>(features)});
  const auto fits = [&](const auto& list) { return static_cast<int64_t>(list.size()) == features; };
  if ((s.offset.size() != 1 && !fits(s.offset)) || s.factor.size() != s.offset.size())
    fail("{}: {} offsets and {} factors, expected 1 or {} of each", where, s.offset.size(), s.factor.size(), features);
  if ((!s.fill.empty() && !fits(s.fill)) || (!s.columns.empty() && !fits(s.columns)))
    fail("{}: {} means and {} names of columns, expected none or {}", where, s.fill.size(), s.columns.size(), features);
  if (std::ranges::find(s.factor, 0.0f) != s.factor.end()) fail("{}: a factor is 0", where);
  return s;
}

}  // namespace hourglass
