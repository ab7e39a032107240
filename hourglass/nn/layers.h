#pragma once

#include <memory>

#include "hourglass/nn/layer.h"

namespace hourglass {

/// Dense layer: z = x Wᵀ + b, W (out, in), b (out). An image is flattened channels-first, as in PyTorch.
std::unique_ptr<Layer> make_dense(const LayerContext& context);

/// Convolution (cross-correlation), W (out, in, k, k), b (out). Output side: ⌊(side + 2·padding − kernel)/stride⌋ + 1.
std::unique_ptr<Layer> make_conv2d(const LayerContext& context);

/// Transposed convolution, W (in, out, k, k), b (out). Output side: (side − 1)·stride − 2·padding + kernel +
/// output_padding, where output_padding < stride adds rows at the bottom and columns at the right.
std::unique_ptr<Layer> make_conv_transpose2d(const LayerContext& context);

/// Maximum over windows. Output side as for conv2d. padding ≤ window / 2.
std::unique_ptr<Layer> make_max_pool2d(const LayerContext& context);

/// Every pixel becomes factor × factor equal pixels: PyTorch's Upsample in mode "nearest".
std::unique_ptr<Layer> make_upsample2d(const LayerContext& context);

/// The same values in another shape of the same size, channels first, as PyTorch's Unflatten and Flatten.
std::unique_ptr<Layer> make_reshape(const LayerContext& context);

/// Code of a variational encoder: μ + σ∘ε in training, μ otherwise; the input is (μ, ln σ²).
std::unique_ptr<Layer> make_gaussian(const LayerContext& context);

/// Activation: a = s(z).
std::unique_ptr<Layer> make_activation(const LayerContext& context, Activation activation);

/// Top-k activation: keeps the k largest units of a row, `from` at the start of a run, alpha·k for encoding.
std::unique_ptr<Layer> make_topk(const LayerContext& context);

}  // namespace hourglass
