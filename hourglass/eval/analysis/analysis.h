#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hourglass/eval/metric_value.h"
#include "hourglass/tensor/tensor.h"

namespace hourglass {

/// Inputs and their reconstructions, (rows, inputs) f32, scaled but not centred, so that pixels lie in [0, 1].
struct Examples {
  Tensor inputs, reconstructions;
  std::vector<double> errors = {};  ///< mean squared error per row, where it is asked for
  Tensor corrupted = {};            ///< what the encoder sees; empty without corruption
};

/// Numbers of values in equal bins between low and high.
struct Histogram {
  double low = 0, high = 1;
  std::vector<int64_t> counts;
};

/// Codes projected on their first two principal components.
struct CodeMap {
  std::vector<double> x, y;         ///< per row
  double share_x = 0, share_y = 0;  ///< fraction of the codes' variance along each component
  std::vector<int32_t> labels;      ///< per row; empty without labels
};

/// Weights or differences as images, (images, size of `shape`) f32, where 0 is neutral.
struct SignedImages {
  Tensor values;
  Shape shape;
  std::vector<int64_t> units;  ///< code unit of each image; empty for weights of a first layer that is not the code
};

/// The code units with the largest effect on the reconstruction.
struct StrongUnits {
  std::vector<int64_t> units;
  Tensor traversals;  ///< (units · traversal_steps, inputs): a typical code decoded with this unit at each step
  Tensor top_inputs;  ///< (units · inputs_per_unit, inputs): the inputs with the largest value of this unit, descending
  int64_t traversal_steps = 0, inputs_per_unit = 0;
};

/// What a report shows of a trained model, as numbers and pixels. It does not refer to the model.
struct Analysis {
  std::string data;                  ///< name of the data set, as "mnist test"
  int64_t rows = 0, total_rows = 0;  ///< analysed rows, evenly spread over all rows
  Shape sample, code;
  Metrics metrics;            ///< over the analysed rows
  int64_t spectrum_rows = 0;  ///< rows of jacobian_spectrum, evenly spread over the analysed ones
  Examples best, typical, worst;
  std::optional<Examples> denoised;     ///< the first rows, where the recipe corrupts inputs
  std::vector<double> feature_error;    ///< mean over rows of (r − x)², per input
  Histogram activations;                ///< of all units on all rows
  std::vector<double> mean_activation;  ///< per unit, over rows
  std::vector<double> deviation;        ///< per unit, standard deviation over rows
  std::optional<CodeMap> map;
  std::optional<SignedImages> filters;  ///< weights of the first layer
  std::optional<SignedImages> atoms;    ///< what a unit one σ above its mean adds to the mean code's reconstruction
  std::optional<StrongUnits> strong;
  std::vector<Omission> omissions;
};

}  // namespace hourglass
