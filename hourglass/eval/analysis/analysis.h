#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/eval/metric_value.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Inputs and what came back of them, (rows, inputs) f32, scaled but not centred, and each row's mean squared error.
struct Examples {
  Tensor inputs, reconstructions;
  std::vector<double> errors;
};

/// Inputs, what the encoder saw of them, and what came back, (rows, inputs) f32 each, as in Examples.
struct DenoisedExamples {
  Tensor inputs, corrupted, reconstructions;
};

/// How many values fell into each of the equal bins between low and high.
struct Histogram {
  double low = 0, high = 1;
  std::vector<int64_t> counts;
};

/// Codes in the plane of their first two principal components.
struct CodeMap {
  std::vector<double> x, y;         ///< per row
  double share_x = 0, share_y = 0;  ///< of the codes' variance that lies along each
  std::vector<int32_t> labels;      ///< per row, or none
};

/// Weights or differences to look at, (pictures, size of `shape`) f32, 0 = nothing.
struct SignedPictures {
  Tensor values;
  Shape shape;
  std::vector<int64_t> units;  ///< of the code that each belongs to; empty when they are a first layer's, in its order
};

/// Units of the code that move the reconstruction most, and what they stand for.
struct StrongUnits {
  std::vector<int64_t> units;
  Tensor walks;   ///< (units · walk_steps, inputs): a typical code decoded with this unit at each step of its range
  Tensor inputs;  ///< (units · inputs_each, inputs): those that this unit is largest for, the largest first
  int64_t walk_steps = 0, inputs_each = 0;
};

/// What a report shows of a trained model: numbers and pixels, no model any more.
struct Analysis {
  std::string data;               ///< "mnist test"
  int64_t rows = 0, of_rows = 0;  ///< analysed, spread evenly over so many
  Shape sample, code;
  Metrics metrics;            ///< over the analysed rows, but for
  int64_t spectrum_rows = 0;  ///< those of jacobian_spectrum, spread evenly over them
  Examples best, typical, worst;
  std::optional<DenoisedExamples> denoised;  ///< where the model's recipe corrupts: the first rows
  std::vector<double> feature_error;         ///< mean over rows of (r − x)², per input
  Histogram activations;                     ///< of all units on all rows
  std::vector<double> mean_activation;       ///< per unit, over rows
  std::vector<double> spread;                ///< per unit, standard deviation over rows
  std::optional<CodeMap> map;
  std::optional<SignedPictures> filters;  ///< the first layer's weights
  std::optional<SignedPictures> atoms;    ///< what a unit adds to the mean code's reconstruction, one σ above its mean
  std::optional<StrongUnits> strong;
  std::vector<Omission> omissions;
};

}  // namespace hourglass
