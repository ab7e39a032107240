#include "hourglass/eval/analysis/unit_pictures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kWalkSteps = 9, kInputsEach = 9;
constexpr int64_t kMostValues = int64_t{1} << 24;  // decoded at once: 64 MB

double energy(ConstView picture) {
  const float* v = picture.as<float>();
  return std::inner_product(v, v + picture.size(), v, 0.0);
}

/// Copies the chosen rows, in their order.
Tensor chosen(ConstView from, const std::vector<int64_t>& rows) {
  Tensor t(from.dtype(), {static_cast<int64_t>(rows.size()), from.columns()});
  for (size_t i = 0; i < rows.size(); ++i) copy(from.slice(rows[i], 1), t.view().slice(static_cast<int64_t>(i), 1));
  return t;
}

Tensor decoded(const CodedRows& rows, const Tensor& codes) {
  Tensor t = rows.inference.decode(codes.view().reshaped(rows.code().batch(codes.rows())));
  Tensor flat(DType::f32, {codes.rows(), rows.inputs()});
  copy(t, flat);
  return flat;
}

/// Row 0: the mean code. Row 1 + i: the same with units[i] one σ higher.
Tensor raised_codes(const CodedRows& rows, const std::vector<int64_t>& units) {
  const int64_t width = rows.units();
  Tensor codes(DType::f32, {static_cast<int64_t>(units.size()) + 1, width});
  for (int64_t i = 0; i < codes.rows(); ++i) {
    float* code = codes.as<float>() + i * width;
    std::ranges::copy(rows.mean, code);
    if (i > 0) code[units[i - 1]] += static_cast<float>(rows.spread[units[i - 1]]);
  }
  return codes;
}

/// kWalkSteps codes: `start` with one unit going from low to high.
void walk(float low, float high, int64_t unit, ConstView start, View codes) {
  for (int64_t step = 0; step < kWalkSteps; ++step) {
    const View code = codes.slice(step, 1);
    copy(start, code);
    const auto t = static_cast<float>(step) / (kWalkSteps - 1);
    code.as<float>()[unit] = low + t * (high - low);
  }
}

std::vector<double> values_of(const CodedRows& rows, int64_t unit) {
  std::vector<double> values(rows.data.rows());
  for (int64_t i = 0; i < rows.data.rows(); ++i) values[i] = rows.value(i, unit);
  return values;
}

/// Of the rows that unit is largest for.
std::vector<uint32_t> top_rows(const std::vector<double>& values) {
  const auto top = largest(values, kInputsEach);
  return {top.begin(), top.end()};
}

/// The layer on the input itself, but for the order of its channels. Nothing where a pool or an activation comes first.
const Layer* first_weighted(const Network& network) {
  for (int i = 0; i < network.code_end(); ++i) {
    const Layer& layer = network.layer(i);
    if (layer.weight()) return &layer;
    if (layer.activation() || layer.output().size() != network.input().size()) return nullptr;
  }
  return nullptr;
}

/// Only activations stand between this layer and the code.
bool makes_code(const Network& network, const Layer& layer) {
  for (int i = network.code_end() - 1; i >= 0 && &network.layer(i) != &layer; --i)
    if (!network.layer(i).activation()) return false;
  return true;
}

}  // namespace

SignedPictures first_filters(const Autoencoder& model, const std::vector<int64_t>& units, int64_t most) {
  const Network& network = model.network();
  const Layer* first = first_weighted(network);
  if (!first) fail("the first layer has no weights on the input itself");
  const Parameter& weight = *first->weight();
  const bool dense = weight.shape.rank() == 2;
  const Shape shape = dense ? network.input() : Shape{weight.shape[1], weight.shape[2], weight.shape[3]};
  if (weight.shape.size() != weight.shape[0] * shape.size() || (!dense && shape[0] != network.input()[0]))
    fail("the first layer's weights are laid out in another way than its input");
  std::vector<int64_t> filters(std::min(most, weight.shape[0]));
  std::iota(filters.begin(), filters.end(), 0);
  const bool are_units = dense && makes_code(network, *first);
  if (are_units) filters = units;
  const ConstView all = weight.in(model.theta());
  return {chosen(all.reshaped({weight.shape[0], shape.size()}), filters), shape,
          are_units ? units : std::vector<int64_t>{}};
}

SignedPictures decoder_atoms(const CodedRows& rows, int64_t most) {
  auto units = largest(rows.spread, std::max<int64_t>(1, kMostValues / rows.inputs()));
  std::ranges::sort(units);
  const Tensor pictures = decoded(rows, raised_codes(rows, units));
  const float* mean = pictures.as<float>();
  std::vector<double> energies;
  Tensor differences(DType::f32, {static_cast<int64_t>(units.size()), rows.inputs()});
  for (int64_t i = 0; i < differences.rows(); ++i) {
    const View difference = differences.view().slice(i, 1);
    const float* raised = mean + (i + 1) * rows.inputs();
    std::transform(raised, raised + rows.inputs(), mean, difference.as<float>(), std::minus{});
    energies.push_back(energy(difference));
  }
  auto kept = largest(energies, most);
  std::ranges::sort(kept);
  SignedPictures atoms{chosen(differences, kept), rows.data.sample, {}};
  for (const int64_t i : kept) atoms.units.push_back(units[i]);
  return atoms;
}

StrongUnits strong_units(const CodedRows& rows, const SignedPictures& atoms, int64_t most, int64_t typical) {
  std::vector<double> energies;
  for (int64_t i = 0; i < atoms.values.rows(); ++i) energies.push_back(energy(atoms.values.view().slice(i, 1)));
  StrongUnits strong{.units = {}, .walks = {}, .inputs = {}, .walk_steps = kWalkSteps, .inputs_each = 0};
  strong.inputs_each = std::min(kInputsEach, rows.data.rows());
  const auto best = largest(energies, most);
  Tensor codes(DType::f32, {static_cast<int64_t>(best.size()) * kWalkSteps, rows.units()});
  std::vector<uint32_t> tops;
  for (const int64_t i : best) {
    const int64_t unit = atoms.units[i], place = static_cast<int64_t>(strong.units.size()) * kWalkSteps;
    std::vector<double> values = values_of(rows, unit);
    const auto top = top_rows(values);
    tops.insert(tops.end(), top.begin(), top.end());
    std::ranges::sort(values);
    const auto percentile = [&](size_t p) { return static_cast<float>(values[(values.size() - 1) * p / 100]); };
    walk(percentile(1), percentile(99), unit, rows.codes.view().slice(typical, 1),
         codes.view().slice(place, kWalkSteps));
    strong.units.push_back(unit);
  }
  strong.walks = decoded(rows, codes);
  strong.inputs = Tensor(DType::f32, {static_cast<int64_t>(tops.size()), rows.inputs()});
  gather(rows.data, rows.model.scaler, tops, strong.inputs);
  uncenter(rows.model.scaler, strong.walks);
  uncenter(rows.model.scaler, strong.inputs);
  return strong;
}

}  // namespace hourglass
