#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hourglass {

/// When to stop looking for a minimum.
struct MinimiserOptions {
  double largest_slope = 1e-5;  ///< of any component of the gradient
  int64_t iterations = 200;
};

/// Minimises a smooth function by L-BFGS (Liu & Nocedal, "On the limited memory BFGS method for large scale
/// optimization", Mathematical Programming 1989), with a line search for the weak Wolfe conditions. `f` returns the
/// value at x and assigns the gradient. x holds the start, and then the minimum; false when the iterations did not
/// suffice.
bool minimise(const std::function<double(std::span<const double> x, std::span<double> gradient)>& f,
              std::vector<double>& x, const MinimiserOptions& options = {});

}  // namespace hourglass
