#include "hourglass/eval/classify/lbfgs.h"

#include <Eigen/Core>
#include <deque>
#include <limits>

namespace hourglass {

namespace {

using Vector = Eigen::VectorXd;

constexpr size_t kMemory = 20;  // steps in the approximation of the Hessian
constexpr int kTrials = 40;     // per line search

struct Point {
  Vector x, gradient;
  double value = 0;
};

/// A step s of the search and the change y of the gradient over it.
struct Step {
  Vector s, y;
  double curvature;  ///< ⟨s, y⟩
};

/// −H·gradient, with H the approximation of the inverse Hessian by the last steps.
Vector direction(const std::deque<Step>& steps, const Vector& gradient) {
  Vector q = -gradient;
  std::vector<double> alpha(steps.size());
  for (size_t i = steps.size(); i-- > 0;) {
    alpha[i] = steps[i].s.dot(q) / steps[i].curvature;
    q -= alpha[i] * steps[i].y;
  }
  if (!steps.empty()) q *= steps.back().curvature / steps.back().y.squaredNorm();
  for (size_t i = 0; i < steps.size(); ++i) q += (alpha[i] - steps[i].y.dot(q) / steps[i].curvature) * steps[i].s;
  return q;
}

/// Line search by bisection between a step length that is too short and one that is too long.
template <class At>
bool search(const Point& from, const Vector& along, double length, At at, Point& to) {
  const double slope = from.gradient.dot(along);
  double shortest = 0, longest = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial < kTrials; ++trial) {
    at(from.x + length * along, to);
    if (!(to.value <= from.value + 1e-4 * length * slope))
      longest = length;
    else if (to.gradient.dot(along) < 0.9 * slope)
      shortest = length;
    else
      return true;
    length = std::isinf(longest) ? 2 * length : (shortest + longest) / 2;
  }
  return false;
}

}  // namespace

bool minimise(const std::function<double(std::span<const double>, std::span<double>)>& f, std::vector<double>& x,
              const MinimiserOptions& options) {
  const auto size = x.size();
  const auto at = [&](const Vector& where, Point& p) {
    p.x = where;
    p.gradient.resize(where.size());
    p.value = f({p.x.data(), size}, {p.gradient.data(), size});
  };
  Point now, next;
  at(Eigen::Map<const Vector>(x.data(), static_cast<Eigen::Index>(size)), now);
  std::deque<Step> steps;
  const auto largest_component = [&] { return now.gradient.lpNorm<Eigen::Infinity>(); };
  for (int64_t i = 0; i < options.iterations && largest_component() > options.tolerance; ++i) {
    const Vector along = direction(steps, now.gradient);
    const double length = steps.empty() ? 1 / now.gradient.norm() : 1;
    // No step satisfies the conditions once rounding errors exceed the slope.
    if (!search(now, along, length, at, next)) break;
    steps.push_back({next.x - now.x, next.gradient - now.gradient, 0});
    steps.back().curvature = steps.back().s.dot(steps.back().y);
    if (steps.size() > kMemory) steps.pop_front();
    std::swap(now, next);
  }
  x.assign(now.x.begin(), now.x.end());
  return largest_component() <= options.tolerance;
}

}  // namespace hourglass
