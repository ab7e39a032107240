#pragma once

#include <memory>
#include <string>

#include "hourglass/nn/layer.h"

namespace hourglass {

/// Layer that ends a residual: the output of the branch, to which the network adds that of the shortcut
/// (Network::addend).
std::unique_ptr<Layer> make_sum(Shape shape);

/// A shortcut that leads from images or units `from` to `to`, as a recipe writes it, such as
/// "shortcut = [{ conv2d = 32, kernel = 1, stride = 2 }]"; empty if no single layer does.
std::string fitting_shortcut(const Shape& from, const Shape& to);

}  // namespace hourglass
