#pragma once

#include <memory>

#include "hourglass/nn/layer.h"

namespace hourglass {

/// z = x Wᵀ + b, W (out, in), b (out). An image is flattened channels-first, as PyTorch does.
std::unique_ptr<Layer> make_dense(const LayerContext& context);

/// Cross-correlation, W (out, in, k, k), b (out). Output side: ⌊(side + 2·padding − kernel)/stride⌋ + 1.
std::unique_ptr<Layer> make_conv2d(const LayerContext& context);

/// The transpose of a conv2d, W (in, out, k, k), b (out). Output side: (side − 1)·stride − 2·padding + kernel.
std::unique_ptr<Layer> make_conv_transpose2d(const LayerContext& context);

/// Maximum over windows. Output side as conv2d's. padding ≤ window / 2.
std::unique_ptr<Layer> make_max_pool2d(const LayerContext& context);

/// a = s(z).
std::unique_ptr<Layer> make_activation(const LayerContext& context, Activation activation);

/// The `size` largest units of a row, `from` of them at the start of a run, alpha·size when encoding.
std::unique_ptr<Layer> make_topk(const LayerContext& context);

}  // namespace hourglass
