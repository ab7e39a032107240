#include "hourglass/recipe/suggest_pictures.h"

#include <algorithm>
#include <vector>

namespace hourglass {

namespace {

constexpr int64_t kSmall = 8, kKernel = 3, kStride = 2, kPadding = 1;

/// Rows or columns that a transposed convolution lacks to restore this side: 1 for an even one.
int64_t lacking(int64_t side) { return side % 2 == 0 ? 1 : 0; }

}  // namespace

bool suits_convolutions(const Shape& sample) { return sample.rank() == 3 && std::max(sample[1], sample[2]) > kSmall; }

ModelConfig suggest_picture_model(const Shape& sample, bool sigmoid) {
  constexpr int64_t kFirst = 16, kMost = 64;
  const LayerConfig relu{"relu"};
  ModelConfig model;
  std::vector<Shape> inputs;  // of the convolutions
  Shape shape = sample;
  for (int64_t channels = kFirst; suits_convolutions(shape); channels = std::min(2 * channels, kMost)) {
    inputs.push_back(shape);
    shape = {channels, (shape[1] + 1) / 2, (shape[2] + 1) / 2};
    model.encoder.insert(model.encoder.end(), {{"conv2d", ConvConfig{channels, kKernel, kStride, kPadding}}, relu});
  }
  model.encoder.push_back({"dense", DenseConfig{std::clamp<int64_t>(sample.size() / 64, 32, 128)}});
  model.decoder = {
      {"dense", DenseConfig{shape.size()}}, relu, {"reshape", ReshapeConfig{{shape.begin(), shape.end()}}}};
  for (auto in = inputs.rbegin(); in != inputs.rend(); ++in) {
    const Shape& s = *in;
    model.decoder.push_back(
        {"conv_transpose2d", ConvConfig{s[0], kKernel, kStride, kPadding, {lacking(s[1]), lacking(s[2])}}});
    if (&s != &inputs.front()) model.decoder.push_back(relu);
  }
  if (sigmoid) model.decoder.push_back({"sigmoid"});
  return model;
}

}  // namespace hourglass
