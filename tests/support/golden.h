#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "hourglass/nn/config.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// What PyTorch, NumPy or scikit-learn computed for one case of tests/golden/values/FILE.safetensors: tensors by name
/// without the case.
struct GoldenCase {
  /// f64, of classifiers f32; images in PyTorch's order (rows, channels, height, width).
  std::map<std::string, Tensor> tensors;
  std::string kind;  ///< of convolutions: the layer's
  int64_t stride = 0, padding = 0, kernel = 0;
  std::array<int64_t, 2> output_padding = {};
  std::string recipe;  ///< of penalties and layers: [model] and [objective]; of spectra, classifiers and variational:
                       ///< [model]; of optimizers and schedules: [train]; of windows: a layer

  /// The layer that is the recipe.
  LayerConfig layer() const;
  /// [model] of the recipe.
  ModelConfig model() const;
  /// The tensors whose names start with `prefix`, without it.
  std::map<std::string, Tensor> part(const std::string& prefix) const;
};

/// All cases of the file by name.
std::map<std::string, GoldenCase> golden_cases(const std::string& file);

/// A batch of images, (rows, channels, height, width), in the order between layers: (rows, height·width·channels). Of
/// series, (rows, channels, length), likewise; rows of features stay as they are.
Tensor channels_last(const Tensor& images);

}  // namespace hourglass
