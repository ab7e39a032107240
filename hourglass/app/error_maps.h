#pragma once

#include <filesystem>
#include <span>

#include "hourglass/app/open.h"
#include "hourglass/model/anomaly.h"

namespace hourglass {

/// Throws Error unless the samples of the data are images of one or three channels, and if `folder` lies in the folder
/// `source` of images that are read: the pictures would be among them the next time.
void check_error_maps(const Dataset& data, const std::string& source, const std::filesystem::path& folder);

/// Writes a picture for each of the rows, `folder`/row-N.png: the image, its reconstruction by the first detector's
/// model, and how much every pixel contributes to the score, summed over channels, from black over red and yellow to
/// white for the largest contribution of the image.
void write_error_maps(std::span<const AnomalyDetector> detectors, const Dataset& data, std::span<const int64_t> rows,
                      const std::filesystem::path& folder);

}  // namespace hourglass
