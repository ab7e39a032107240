#pragma once

#include <memory>

#include "hourglass/nn/layer.h"

namespace hourglass {

/// Dense layer: z = x Wᵀ + b, W (out, in), b (out). An image is flattened channels-first, as in PyTorch.
std::unique_ptr<Layer> make_dense(const LayerContext& context);

/// Convolution (cross-correlation): conv2d, W (out, in/groups, k, k), b (out), and conv1d, W (out, in/groups, k).
std::unique_ptr<Layer> make_conv(const LayerContext& context);

/// Transposed convolution: conv_transpose2d, W (in, out/groups, k, k), b (out), and conv_transpose1d.
std::unique_ptr<Layer> make_conv_transpose(const LayerContext& context);

/// max_pool2d, max_pool1d: maximum over windows. padding ≤ window / 2.
std::unique_ptr<Layer> make_max_pool(const LayerContext& context);

/// avg_pool2d, avg_pool1d: mean over windows; zeros of the padding count, as in PyTorch's default. padding ≤ window
/// / 2.
std::unique_ptr<Layer> make_avg_pool(const LayerContext& context);

/// Every axis becomes `factor` times larger: PyTorch's Upsample in mode "nearest", or "linear" and "bilinear" with
/// align_corners=False.
std::unique_ptr<Layer> make_upsample(const LayerContext& context);

/// A row of W time steps with K values each, x[t·K + k], as a series (K, W): y[k, t] = x[t·K + k].
std::unique_ptr<Layer> make_series(const LayerContext& context);

/// The inverse of series: a series (K, W) as a row of time steps.
std::unique_ptr<Layer> make_steps(const LayerContext& context);

/// The same values in another shape of the same size, channels first, as PyTorch's Unflatten and Flatten.
std::unique_ptr<Layer> make_reshape(const LayerContext& context);

/// Code of a variational encoder: μ + σ∘ε in training, μ otherwise; the input is (μ, ln σ²).
std::unique_ptr<Layer> make_gaussian(const LayerContext& context);
/// Batch normalisation (Ioffe and Szegedy, ICML 2015), over the rows, and the pixels of an image, of the whole batch:
/// y = (x − mean_c)/√(var_c + ε)·w_c + b_c for each feature or channel c, with the biased variance. Outside training
/// with the running averages running_mean and running_var, r ← (1 − momentum)·r + momentum·(of the batch), the variance
/// unbiased. Equal to PyTorch's BatchNorm1d and BatchNorm2d.
std::unique_ptr<Layer> make_batch_norm(const LayerContext& context);

/// Layer normalisation (Ba, Kiros and Hinton, 2016) over all features of a sample, with a weight and bias of the
/// sample's shape: PyTorch's LayerNorm.
std::unique_ptr<Layer> make_layer_norm(const LayerContext& context);

/// Group normalisation (Wu and He, ECCV 2018): over the pixels of each of G groups of channels, with a weight and bias
/// per channel: PyTorch's GroupNorm(G, channels).
std::unique_ptr<Layer> make_group_norm(const LayerContext& context);

/// Dropout (Srivastava et al., JMLR 2014): in training an element is 0 with probability p and otherwise x/(1 − p); the
/// draw is keyed by (seed, epoch, sample, layer, unit). The identity outside training.
std::unique_ptr<Layer> make_dropout(const LayerContext& context);

/// PReLU (He et al., ICCV 2015): z > 0 ? z : w·z with one slope w, or one per feature or channel.
std::unique_ptr<Layer> make_prelu(const LayerContext& context);

/// Activation: a = s(z).
std::unique_ptr<Layer> make_activation(const LayerContext& context, Activation activation);

/// Top-k activation: keeps the k largest units of a row, `from` at the start of a run, alpha·k for encoding.
std::unique_ptr<Layer> make_topk(const LayerContext& context);

}  // namespace hourglass
