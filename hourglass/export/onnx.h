#pragma once

#include <map>
#include <string>

#include "hourglass/model/autoencoder.h"
#include "hourglass/nn/config.h"

namespace hourglass {

/// What of a model goes into a file, and what the file's graph takes and gives, all f32 with a free number of rows:
///
///   autoencoder  input → code, reconstruction, score
///   encoder      input → code
///   decoder      code → reconstruction
///
/// input and reconstruction are (rows, …sample), code is (rows, …code), images channels-first. input is in the units
/// the scaler was fitted in (bytes 0 to 255 where it was fitted to bytes); reconstruction is in the data's units where
/// the scaler is center, standard or minmax, else scaled as the network makes it: what `hourglass reconstruct` writes.
/// score (rows) is the mean over features of (scaled input − network's output)².
enum class OnnxPart { autoencoder, encoder, decoder };

/// The bytes of an ONNX file, checked by ONNX's own checker and shape inference. Opset 13, the oldest that has all it
/// takes. `config` is what the network was made of; a topk keeps as many units as the network's stage says
/// (Network::enter). `metadata` becomes the file's metadata_props. Throws Error when the weights do not fit into one
/// file (2 GiB).
std::string onnx_bytes(const ModelConfig& config, const Autoencoder& model, OnnxPart part,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace hourglass
