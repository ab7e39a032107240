#pragma once

#include <map>
#include <string>
#include <vector>

#include "hourglass/model/autoencoder.h"
#include "hourglass/nn/config.h"

namespace hourglass {

/// What of a model goes into a file, and what the file's graph takes and gives, all f32 with a free number of rows:
///
///   autoencoder  input → code, reconstruction, score where residuals have units
///   encoder      input → code
///   decoder      code → reconstruction
///
/// input and reconstruction are (rows, …sample), code is (rows, …code), images channels-first. input is in the units
/// the scaler was fitted in (bytes 0 to 255 where it was fitted to bytes), NaN where a value is missing if the scaler
/// fills such; reconstruction is as to_data_units makes it. score (rows) is the mean over features of
/// ((network's output − scaled input) / unit)².
enum class OnnxPart { autoencoder, encoder, decoder };

/// The bytes of an ONNX file, checked by ONNX's own checker and shape inference. Opset 13, the oldest that has all it
/// takes. `config` is what the network was made of; a topk keeps as many units as in
/// Mode::encoding for an encoder, else as in Mode::evaluation. `residual_units`, one for every feature, are what a
/// score is measured in; none: no score. `metadata` becomes the file's metadata_props. Throws Error when the weights do
/// not fit into one file (2 GiB).
std::string onnx_bytes(const ModelConfig& config, const Autoencoder& model, OnnxPart part,
                       const std::vector<float>& residual_units = {},
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace hourglass
