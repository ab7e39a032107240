#include "hourglass/eval/analysis/unit_images.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hourglass/base/statistics.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kTraversalSteps = 9, kInputsPerUnit = 9;
constexpr int64_t kMaxDecodedValues = int64_t{1} << 24;  // at once: 64 MB

double sum_of_squares(ConstView image) {
  const float* v = image.as<float>();
  return std::inner_product(v, v + image.size(), v, 0.0);
}

Tensor decoded(const EncodedRows& rows, const Tensor& codes) {
  Tensor t = rows.inference.decode(codes.view().reshaped(rows.code().batch(codes.rows())));
  Tensor flat(DType::f32, {codes.rows(), rows.inputs()});
  copy(t, flat);
  return flat;
}

/// Codes [first, first + count) of these: 0 is the mean code, 1 + i the same with units[i] one σ higher.
Tensor raised_codes(const EncodedRows& rows, const std::vector<int64_t>& units, int64_t first, int64_t count) {
  const int64_t width = rows.units();
  Tensor codes(DType::f32, {count, width});
  for (int64_t k = 0; k < count; ++k) {
    float* code = codes.as<float>() + k * width;
    std::ranges::copy(rows.mean, code);
    if (const int64_t i = first + k; i > 0) code[units[i - 1]] += static_cast<float>(rows.deviation[units[i - 1]]);
  }
  return codes;
}

/// The images of all raised codes; as many codes are in memory at once as kMaxDecodedValues allows.
Tensor decoded_raised_codes(const EncodedRows& rows, const std::vector<int64_t>& units) {
  Tensor images(DType::f32, {static_cast<int64_t>(units.size()) + 1, rows.inputs()});
  const int64_t together =
      rows.inference.whole_chunks(std::max(rows.units(), rows.inputs()), kMaxDecodedValues * size_of(DType::f32));
  for (int64_t first = 0; first < images.rows(); first += together) {
    const int64_t count = std::min(together, images.rows() - first);
    copy(decoded(rows, raised_codes(rows, units, first, count)), images.view().slice(first, count));
  }
  return images;
}

/// Writes kTraversalSteps codes: `start` with one unit increasing from low to high.
void traverse(float low, float high, int64_t unit, ConstView start, View codes) {
  for (int64_t step = 0; step < kTraversalSteps; ++step) {
    const View code = codes.slice(step, 1);
    copy(start, code);
    const auto t = static_cast<float>(step) / (kTraversalSteps - 1);
    code.as<float>()[unit] = low + t * (high - low);
  }
}

/// The layer whose weights apply to the input itself, up to the order of channels; null where a pooling layer or an
/// activation comes first.
const Layer* first_weighted(const Network& network) {
  for (int i = 0; i < network.code_end(); ++i) {
    const Layer& layer = network.layer(i);
    if (layer.weight()) return &layer;
    if (layer.activation() || layer.output().size() != network.input().size()) return nullptr;
  }
  return nullptr;
}

/// Whether only activations follow this layer in the encoder.
bool is_last_linear(const Network& network, const Layer& layer) {
  for (int i = network.code_end() - 1; i >= 0 && &network.layer(i) != &layer; --i)
    if (!network.layer(i).activation()) return false;
  return true;
}

}  // namespace

Tensor select_rows(ConstView from, std::span<const int64_t> rows) {
  Tensor t(from.dtype(), {std::ssize(rows), from.columns()});
  for (int64_t i = 0; i < t.rows(); ++i) copy(from.slice(rows[i], 1), t.view().slice(i, 1));
  return t;
}

SignedImages first_filters(const Autoencoder& model, const std::vector<int64_t>& units, int64_t count) {
  const Network& network = model.network();
  const Layer* first = first_weighted(network);
  if (!first) fail("the first layer has no weights on the input itself");
  const Parameter& weight = *first->weight();
  const bool dense = weight.shape.rank() == 2;
  const Shape shape = dense ? network.input() : Shape{weight.shape[1], weight.shape[2], weight.shape[3]};
  if (weight.shape.size() != weight.shape[0] * shape.size() || (!dense && shape[0] != network.input()[0]))
    fail("the layout of the first layer's weights differs from that of its input");
  std::vector<int64_t> filters(std::min(count, weight.shape[0]));
  std::iota(filters.begin(), filters.end(), 0);
  const bool are_units = dense && is_last_linear(network, *first);
  if (are_units) filters = units;
  const ConstView all = weight.in(model.theta());
  return {select_rows(all.reshaped({weight.shape[0], shape.size()}), filters), shape,
          are_units ? units : std::vector<int64_t>{}};
}

SignedImages decoder_atoms(const EncodedRows& rows, int64_t count, int64_t most) {
  auto units = largest(rows.deviation, std::clamp<int64_t>(kMaxDecodedValues / rows.inputs(), 1, most));
  std::ranges::sort(units);
  const Tensor images = decoded_raised_codes(rows, units);
  const float* mean = images.as<float>();
  std::vector<double> squares;
  Tensor differences(DType::f32, {static_cast<int64_t>(units.size()), rows.inputs()});
  for (int64_t i = 0; i < differences.rows(); ++i) {
    const View difference = differences.view().slice(i, 1);
    const float* raised = mean + (i + 1) * rows.inputs();
    std::transform(raised, raised + rows.inputs(), mean, difference.as<float>(), std::minus{});
    squares.push_back(sum_of_squares(difference));
  }
  auto chosen = largest(squares, count);
  std::ranges::sort(chosen);
  SignedImages atoms{select_rows(differences, chosen), rows.data.sample, {}};
  for (const int64_t i : chosen) atoms.units.push_back(units[i]);
  return atoms;
}

StrongUnits strong_units(const EncodedRows& rows, const SignedImages& atoms, int64_t count, int64_t typical) {
  std::vector<double> squares;
  for (int64_t i = 0; i < atoms.values.rows(); ++i) squares.push_back(sum_of_squares(atoms.values.view().slice(i, 1)));
  StrongUnits strong;
  strong.traversal_steps = kTraversalSteps;
  strong.inputs_per_unit = std::min(kInputsPerUnit, rows.data.rows());
  const int64_t most = kMaxDecodedValues / kTraversalSteps / std::max(rows.inputs(), rows.units());
  const auto best = largest(squares, std::clamp<int64_t>(most, 1, count));
  Tensor codes(DType::f32, {static_cast<int64_t>(best.size()) * kTraversalSteps, rows.units()});
  std::vector<uint32_t> tops;
  for (const int64_t i : best) {
    const int64_t unit = atoms.units[i], place = static_cast<int64_t>(strong.units.size()) * kTraversalSteps;
    std::vector<double> values;
    for (int64_t row = 0; row < rows.codes.rows(); ++row)
      values.push_back(rows.codes.as<float>()[row * rows.units() + unit]);
    const auto top = largest(values, kInputsPerUnit);
    tops.insert(tops.end(), top.begin(), top.end());
    std::ranges::sort(values);
    const auto percentile = [&](size_t p) { return static_cast<float>(values[(values.size() - 1) * p / 100]); };
    traverse(percentile(1), percentile(99), unit, rows.codes.view().slice(typical, 1),
             codes.view().slice(place, kTraversalSteps));
    strong.units.push_back(unit);
  }
  strong.traversals = decoded(rows, codes);
  strong.top_inputs = Tensor(DType::f32, {static_cast<int64_t>(tops.size()), rows.inputs()});
  gather(rows.data, rows.model.scaler, tops, strong.top_inputs);
  uncenter(rows.model.scaler, strong.traversals);
  uncenter(rows.model.scaler, strong.top_inputs);
  return strong;
}

}  // namespace hourglass
