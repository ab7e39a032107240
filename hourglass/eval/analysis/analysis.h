#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/eval/metric_value.h"
#include "hourglass/model/anomaly.h"
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

  double middle(size_t bin) const {
    return low + (static_cast<double>(bin) + 0.5) * (high - low) / static_cast<double>(counts.size());
  }
};

/// In 50 bins from the smallest to the largest value; at least one value.
Histogram histogram(std::span<const float> values);

/// Anomaly scores of rows, as anomaly_scores() computes them.
struct ScoreSummary {
  /// One of the rows with the highest scores, and the features with the largest shares of its score.
  struct Row {
    int64_t row;  ///< its number among all rows, from 0
    double score;
    std::vector<Contribution> shares;
    std::optional<int32_t> label;
  };

  int64_t rows = 0, total_rows = 0;  ///< scored rows, evenly spread over all rows
  int64_t above = 0;                 ///< of the scored rows, those above the threshold, which is 1
  Histogram logarithms;              ///< of the base-10 logarithms of the scores
  std::vector<Row> top;              ///< highest score first
};

/// Scores of the time steps of series and the column that gives most to them, thinned out for a plot: of some steps
/// each the one with the highest score.
struct StepTrace {
  std::string column;                     ///< its name, or its number from 1
  std::vector<double> row, score, value;  ///< row: number in the data from 0; value: of the column, NaN if missing
  int64_t steps = 0, above = 0;           ///< steps with a score, and those above the threshold, which is 1
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

/// What a decoder makes of the prior N(0, I) of a gaussian code.
struct PriorSamples {
  std::vector<double> unit_kl;  ///< per unit, nats, mean over rows
  Tensor samples = {};          ///< (draws, inputs): decoded draws from the prior; empty where samples are no images
  /// (side · side, inputs): decoded points of the plane of two units, whose coordinates are quantiles of N(0, 1): the
  /// first unit increases to the right, the second upwards. Empty for other numbers of units.
  Tensor manifold = {};
  int64_t side = 0;
};

/// True if samples of this shape can be shown as images: (1 or 3, H, W), or (D) with D ≥ 64 a square number.
bool is_image_shape(const Shape& sample);
/// True if all columns of a table, if any, are named as pixels are: pixel0, px_1, 3x4.
bool are_pixel_names(std::span<const std::string> columns);

/// What a report shows of a trained model, as numbers and pixels. It does not refer to the model.
struct Analysis {
  std::string data;                  ///< name of the data set, as "mnist test"
  int64_t rows = 0, total_rows = 0;  ///< analysed rows, evenly spread over all rows
  Shape sample, code;
  std::vector<std::string> columns;            ///< names of the features; empty if there are none
  std::vector<std::string> classes;            ///< texts of the labels; empty where they are numbers
  Metrics metrics;                             ///< over the analysed rows
  std::map<std::string, int64_t> metric_rows;  ///< of metrics of fewer rows, evenly spread over the analysed ones
  Examples best, typical, worst;
  std::optional<Examples> denoised;      ///< the first rows, where the recipe corrupts inputs
  std::vector<double> feature_error;     ///< mean over rows of (r − x)², per input
  std::vector<double> feature_variance;  ///< per input, over rows
  std::vector<double> feature_unit;      ///< what 1 is in the data's own units, per input
  Histogram activations;                 ///< of all units on all rows
  std::vector<double> mean_activation;   ///< per unit, over rows
  std::vector<double> deviation;         ///< per unit, standard deviation over rows
  std::optional<CodeMap> map;
  std::optional<SignedImages> filters;  ///< weights of the first layer
  std::optional<SignedImages> atoms;    ///< what a unit one σ above its mean adds to the mean code's reconstruction
  std::optional<StrongUnits> strong;
  std::optional<PriorSamples> prior;   ///< of models with a gaussian code
  std::optional<ScoreSummary> scores;  ///< of models with an anomaly scale
  std::optional<StepTrace> trace;      ///< the same for windows of time steps
  std::vector<Omission> omissions;

  /// Whether samples are shown as images.
  bool is_image() const { return is_image_shape(sample) && are_pixel_names(columns); }
  /// Number of rows that a metric was measured on.
  int64_t rows_of(const std::string& metric) const {
    const auto fewer = metric_rows.find(metric);
    return fewer == metric_rows.end() ? rows : fewer->second;
  }
};

}  // namespace hourglass
