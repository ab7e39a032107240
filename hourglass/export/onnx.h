#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/base/enum_names.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/nn/config.h"

namespace hourglass {

/// Part of a model to export. It determines inputs → outputs of the graph, all f32 with any number of rows:
///
///   autoencoder  input → code, reconstruction, and score with residual units
///   encoder      input → code
///   decoder      code → reconstruction
///
/// input and reconstruction are (rows, …sample), code is (rows, …code), images channels-first. input is in the units
/// that the scaler was fitted to (0 to 255 for bytes), with NaN for missing values if the scaler imputes them;
/// reconstruction is in the units of to_data_units. score (rows) is the mean over features of
/// ((output of the network − scaled input) / residual unit)².
enum class OnnxPart { autoencoder, encoder, decoder };

template <>
inline const std::vector<std::string> kNames<OnnxPart> = {"autoencoder", "encoder", "decoder"};

/// Bytes of an ONNX file of opset 13, verified by the checker and the shape inference of ONNX. topk keeps the number of
/// units of Mode::encoding in an encoder, else of Mode::evaluation. `residual_units` has one unit per feature, or is
/// empty for no score. `metadata` becomes metadata_props. Throws Error when the file would exceed 2 GiB.
std::string onnx_bytes(const Autoencoder& model, OnnxPart part, const std::vector<float>& residual_units = {},
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace hourglass
