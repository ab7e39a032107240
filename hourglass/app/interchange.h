#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hourglass/export/onnx.h"
#include "hourglass/model/inference.h"
#include "hourglass/model/model_file.h"

// Files for other programs: rows as .npy, .csv and .png, models as .onnx.

namespace hourglass {

/// At most this many samples are drawn into one image.
inline constexpr int64_t kMostDrawnSamples = 100;

/// The names of the features of a model; a feature without one has its number, from 1.
std::vector<std::string> feature_names(const Autoencoder& model);

/// Rows that a model computes from data, some at a time, so that only these are in memory. They have the same bits as
/// if all were computed at once.
struct ModelOutput {
  Shape sample;  ///< of one row
  int64_t rows = 0;
  int64_t together = 1;  ///< how many are computed at a time
  DType dtype = DType::f32;
  /// Assigns rows [first, first + out.rows()).
  std::function<void(int64_t first, View out)> compute = nullptr;
};

/// Row numbers [first, first + count).
std::vector<uint32_t> consecutive_rows(int64_t first, int64_t count);

/// The outputs for every row: codes (…code), or outputs of the network (…input). The arguments must outlive
/// the result.
ModelOutput encoded(const Inference& inference, const Dataset& data);
ModelOutput decoded(const Inference& inference, const Tensor& codes);
ModelOutput reconstructed(const Inference& inference, const Dataset& data);

/// Writes codes as .npy, or as CSV with the columns code_1, code_2, … behind those that are kept.
void write_codes(const std::string& path, const ModelOutput& codes, const std::vector<TextColumn>& kept = {});

/// What a CSV file has for a categorical column: its likeliest text, the first of equally likely ones, or a column
/// "COLUMN=TEXT" for each of its texts. The probabilities are the outputs of the network, cut off at 0 and divided by
/// their sum over the column's texts.
enum class Categories { texts, probabilities };

/// Writes outputs of the network: to .npy and .csv in the data's units, to .png as a grid of the first
/// kMostDrawnSamples images. An .npy file has the features; a .csv file the columns of the table that the model was
/// trained on, behind those that are kept, so that it can be read as data.
void write_samples(const std::string& path, const TrainedModel& model, const ModelOutput& outputs,
                   Categories categories, const std::vector<TextColumn>& kept = {});

/// Converts a part of the model to the bytes of an ONNX file with the metadata of the model file. The whole autoencoder
/// also outputs anomaly scores, with threshold 1, if the model has an anomaly scale without further evidence.
std::string onnx_bytes(const TrainedModel& model, OnnxPart part);

/// Reads codes (rows, …) of a model from any source with arrays, or from a table: the columns that write_codes makes,
/// if it has them, else all. Throws Error as open_source does.
Tensor read_codes(const std::string& source, const Shape& code);

}  // namespace hourglass
