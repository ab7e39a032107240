#pragma once

#include <string>

#include "hourglass/nn/config.h"
#include "hourglass/tensor/ops.h"

/// Sizes of the layers that move a window over an image or, with one axis, over a series. The functions throw Error,
/// which begins with `place`, if the layer does not fit its input.
namespace hourglass {

/// (channels, height, width) of an image or series; a series has height 1.
Shape as_image(const Shape& s);

/// An image (channels, height, width) in the axes of `like`: that of a series is one.
Shape in_axes_of(const Shape& like, const Shape& image);

/// Of conv2d, conv_transpose2d and the like in one dimension. Along an axis, with reach = (kernel − 1)·dilation + 1,
///     convolution:            out = ⌊(in + 2·padding − reach)/stride⌋ + 1
///     transposed convolution: out = (in − 1)·stride − 2·padding + reach + output_padding,
/// where output_padding < max(stride, dilation) adds elements at the end. With padding "same",
///     convolution:            out = ⌈in/stride⌉
///     transposed convolution: out = in·stride;
/// of the z zeros that this takes, or of the z elements that it removes, ⌊z/2⌋ are at the beginning, as in PyTorch
/// (stride 1) and TensorFlow. A transposed convolution has the geometry of the convolution that it transposes: its
/// input is that one's output.
ops::ConvGeometry convolution_geometry(const LayerConfig& config, const Shape& input, const std::string& place);

/// Of the pooling layers: sizes as for a convolution.
ops::ConvGeometry pooling_geometry(const LayerConfig& config, const Shape& input, const std::string& place);

/// Of upsample2d and upsample1d: the geometry of the pooling that it reverses, from the larger image.
ops::ConvGeometry upsampling_geometry(const LayerConfig& config, const Shape& input, const std::string& place);

}  // namespace hourglass
