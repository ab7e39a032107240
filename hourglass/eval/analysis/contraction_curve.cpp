#include "hourglass/eval/analysis/contraction_curve.h"

#include <cmath>

#include "hourglass/base/random.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/ops.h"

namespace hourglass {

namespace {

/// One random unit vector per row.
Tensor directions(const Inference::Chunk& chunk) {
  const Random random(/*seed=*/0, Stream::evaluation);
  Tensor d(chunk.input.dtype(), chunk.input.shape());
  add_gaussian(random, 1.0, d, 0, row_keys(chunk.clean), 0, d);
  std::vector<double> squares(chunk.rows);
  ops::row_sums_of_squares(d.view().reshaped({chunk.rows, chunk.input.columns()}), squares);
  for (int64_t i = 0; i < chunk.rows; ++i) ops::scale(1 / std::sqrt(squares[i]), d.view().slice(i, 1));
  return d;
}

/// Σ over rows of ‖a − b‖.
double sum_of_distances(ConstView a, ConstView b) {
  const int64_t rows = a.rows(), columns = a.columns();
  Tensor difference(a.dtype(), {rows, columns});
  copy(a, difference);
  ops::add_scaled(-1, b, difference);
  std::vector<double> squares(rows);
  ops::row_sums_of_squares(difference, squares);
  double sum = 0;
  for (const double s : squares) sum += std::sqrt(s);
  return sum;
}

}  // namespace

ContractionCurve contraction_curve(const MeasuredRows& rows, std::span<const double> radii) {
  const int code_end = rows.network().code_end();
  const auto sums = rows.collect<RowSums>("contraction_ratio", [&](const Inference::Chunk& chunk) {
    const Tensor direction = directions(chunk);
    RowSums s;
    for (const double radius : radii) {
      const auto step = [&](View input) {
        copy(chunk.input, input);
        ops::add_scaled(radius, direction, input);
      };
      const ConstView displaced = chunk.repeat(code_end, step).output(code_end - 1);
      s.values.push_back(sum_of_distances(displaced, chunk.code()) / radius);
    }
    return s;
  });
  ContractionCurve curve{{radii.begin(), radii.end()}, sums.values};
  for (double& ratio : curve.ratios) ratio /= static_cast<double>(rows.data.rows());
  return curve;
}

}  // namespace hourglass
