#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hourglass {

/// Stopping criteria of minimise().
struct MinimiserOptions {
  double tolerance = 1e-5;   ///< on the largest absolute component of the gradient
  int64_t iterations = 200;  ///< at most
};

/// Minimises a smooth function by L-BFGS (Liu & Nocedal, "On the limited memory BFGS method for large scale
/// optimization", Mathematical Programming 1989) with a line search for the weak Wolfe conditions. `f` returns the
/// value at x and assigns the gradient. x is the start and becomes the minimum. Returns whether the tolerance was
/// reached.
bool minimise(const std::function<double(std::span<const double> x, std::span<double> gradient)>& f,
              std::vector<double>& x, const MinimiserOptions& options = {});

}  // namespace hourglass
