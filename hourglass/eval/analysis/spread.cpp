#include "hourglass/eval/analysis/spread.h"

#include "hourglass/tensor/ops.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

void Spread::add(const Spread& part) {
  if (rows == 0) {
    *this = part;
    return;
  }
  HOURGLASS_CHECK(mean.size() == part.mean.size());
  const auto mine = static_cast<double>(rows), its = static_cast<double>(part.rows), all = mine + its;
  scatter += part.scatter;
  for (size_t j = 0; j < mean.size(); ++j) {
    const double apart = part.mean[j] - mean[j];
    scatter += apart * apart * mine * its / all;
    mean[j] += apart * its / all;
  }
  rows += part.rows;
}

Spread spread_of(ConstView x) {
  Spread s{x.rows(), std::vector<double>(x.columns()), 0};
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
