#include "hourglass/eval/classify/neighbours.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

constexpr int64_t kTestRows = 128, kTrainRows = 2048;  // per block of distances: 1 MB

/// ‖b‖² − 2⟨a, b⟩, which orders training rows b by distance to a, and the number of the row.
using Neighbour = std::pair<double, int64_t>;

/// Inserts n into the k nearest so far, in ascending order.
void insert_nearest(std::vector<Neighbour>& nearest, Neighbour n, size_t k) {
  if (nearest.size() == k && n >= nearest.back()) return;
  nearest.insert(std::ranges::upper_bound(nearest, n), n);
  if (nearest.size() > k) nearest.pop_back();
}

int32_t most_frequent(const std::vector<Neighbour>& nearest, const std::vector<int32_t>& labels) {
  std::map<int32_t, int64_t> votes;
  for (const auto& [distance, row] : nearest) ++votes[labels[row]];
  return std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; })->first;
}

/// Updates the nearest rows of each test row with training rows [first, first + products.columns()).
void add_block(ConstView products, std::span<const double> squares, int64_t first, size_t k,
               std::vector<std::vector<Neighbour>>& nearest) {
  visit_floats(products, [&](auto all) {
    const auto* p = all.data();
    for (int64_t i = 0; i < products.rows(); ++i)
      for (int64_t j = 0; j < products.columns(); ++j, ++p)
        insert_nearest(nearest[i], {squares[first + j] - 2 * static_cast<double>(*p), first + j}, k);
  });
}

}  // namespace

double nearest_neighbour_error(const ClassifiedCodes& codes, int64_t k, int threads,
                               const EvaluationProgress& progress) {
  const int64_t rows = codes.test.rows(), train_rows = codes.train.rows();
  HOURGLASS_CHECK(k >= 1 && k <= train_rows);
  const ConstView train = codes.train.flat(), test = codes.test.flat();
  std::vector<double> squares(train_rows);
  ops::row_sums_of_squares(train, squares);
  std::vector<int64_t> wrong((rows + kTestRows - 1) / kTestRows);
  ProgressCounter counter(progress, "knn_error", rows);
  auto task = [&](int64_t block) {
    const int64_t start = block * kTestRows, count = std::min(kTestRows, rows - start);
    Tensor space(train.dtype(), {count * kTrainRows});
    std::vector<std::vector<Neighbour>> nearest(count);
    for (int64_t first = 0; first < train_rows; first += kTrainRows) {
      const int64_t width = std::min(kTrainRows, train_rows - first);
      const View products = space.view().part(0, {count, width});
      ops::matmul(test.slice(start, count), ops::Transpose::no, train.slice(first, width), ops::Transpose::yes,
                  products);
      add_block(products, squares, first, static_cast<size_t>(k), nearest);
    }
    for (int64_t i = 0; i < count; ++i)
      wrong[block] += most_frequent(nearest[i], codes.train.labels) != codes.test.labels[start + i];
    counter.advance(count);
  };
  parallel_for(static_cast<int64_t>(wrong.size()), threads, task);
  return static_cast<double>(std::accumulate(wrong.begin(), wrong.end(), int64_t{0})) / static_cast<double>(rows);
}

}  // namespace hourglass
