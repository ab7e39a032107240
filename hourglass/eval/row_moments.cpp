#include "hourglass/eval/row_moments.h"

#include "hourglass/tensor/ops.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

void RowMoments::add(const RowMoments& part) {
  if (rows == 0) {
    *this = part;
    return;
  }
  HOURGLASS_CHECK(mean.size() == part.mean.size());
  const auto a = static_cast<double>(rows), b = static_cast<double>(part.rows), all = a + b;
  scatter += part.scatter;
  for (size_t j = 0; j < mean.size(); ++j) {
    const double difference = part.mean[j] - mean[j];
    scatter += difference * difference * a * b / all;
    mean[j] += difference * b / all;
  }
  rows += part.rows;
}

RowMoments row_moments(ConstView x) {
  RowMoments s{x.rows(), std::vector<double>(x.columns()), 0};
  ops::column_sums(x, s.mean);
  for (double& m : s.mean) m /= static_cast<double>(s.rows);
  const auto columns = static_cast<int64_t>(s.mean.size());
  for_each_value(x, [&](int64_t i, double value) {
    const double d = value - s.mean[i % columns];
    s.scatter += d * d;
  });
  return s;
}

}  // namespace hourglass
