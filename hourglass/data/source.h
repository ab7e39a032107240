#pragma once

#include <span>
#include <string>

#include "hourglass/data/config.h"
#include "hourglass/data/dataset.h"

namespace hourglass {

/// Opens what `[data] source` or `--data` names; a known name wins over a file of the same name.
///   a known data set    fetched when it is not kept yet: training and test part, labels, samples (1, 28, 28)
///   a folder            with the four files of an MNIST-like data set, plain or .gz: the same; or with images
///                       (image_folder.h)
///   a file              IDX (plain or gzip), npy, npz, safetensors or a text table (table.h), told apart by content:
///                       all training. FILE:NAME is one array of an npz or safetensors file that holds several
/// An array of 2, 3 or 4 dimensions holds samples of (D), (1, H, W) or (C, H, W); NaN in it is a missing value.
/// `features` are the columns that a model was trained on, empty when they have no names: a table is read for them.
/// Throws Error when it is none of these, with the nearest known name when nothing is there.
DataSplits open_source(const std::string& source, const ReadOptions& how = {},
                       std::span<const std::string> features = {});

/// Whether a source is a file of text, which open_source reads as a table.
bool is_table_file(const std::string& source);

}  // namespace hourglass
