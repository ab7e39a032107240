#pragma once

#include <string>

#include "hourglass/data/dataset.h"

namespace hourglass {

/// Opens what `[data] source` or `--data` names; a known name wins over a file of the same name.
///   a known data set    fetched when it is not kept yet: training and test part, labels, samples (1, 28, 28)
///   a folder            with the four files of an MNIST-like data set, plain or .gz: the same
///   a file              IDX (plain or gzip) or npy, told apart by content: all training, no labels
/// An array of 2, 3 or 4 dimensions holds samples of (D), (1, H, W) or (C, H, W).
/// Throws Error when it is none of these, with the nearest known name when nothing is there.
DataSplits open_source(const std::string& source);

}  // namespace hourglass
