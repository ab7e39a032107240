#pragma once

#include <span>
#include <string>
#include <vector>

#include "hourglass/export/onnx.h"
#include "hourglass/model/model_file.h"

// Files for other programs: rows as .npy, .csv and .png, models as .onnx.

namespace hourglass {

/// At most this many samples are drawn into one image.
inline constexpr int64_t kMostDrawnSamples = 100;

/// Writes rows in the format of the ending of `path`: .npy or .csv, below a line with the columns' names if there are
/// any.
void write_rows(const std::string& path, ConstView rows, std::span<const std::string> columns = {});

/// Writes outputs of the network (rows, …input): to .npy and .csv in the data's units, to .png as a grid of the first
/// kMostDrawnSamples images.
void write_samples(const std::string& path, const Autoencoder& model, Tensor outputs);

/// Converts a part of the model to the bytes of an ONNX file with the metadata of the model file. The whole autoencoder
/// also outputs anomaly scores, with threshold 1, if the model has an anomaly scale.
std::string onnx_bytes(const TrainedModel& model, OnnxPart part);

/// Reads codes (rows, …code) from a .npy file.
Tensor read_codes(const std::string& path);

}  // namespace hourglass
