#include "hourglass/eval/classify/labelled_codes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hourglass/base/parallel.h"
#include "hourglass/base/statistics.h"
#include "hourglass/eval/row_moments.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

LabelledCodes encoded(const Inference& inference, const Dataset& data) {
  HOURGLASS_CHECK(static_cast<int64_t>(data.labels.size()) == data.rows());
  return {inference.encode(data), data.labels};
}

LabelledCodes scaled(const Scaler& scaler, const Dataset& data) {
  Tensor inputs(DType::f32, data.sample.batch(data.rows()));
  gather(data, scaler, all_rows(data.rows()), inputs);
  return {std::move(inputs), data.labels};
}

ClassifiedCodes centred(ClassifiedCodes c) {
  RowMoments moments = row_moments(c.train.codes);
  const double elements = static_cast<double>(c.train.rows()) * static_cast<double>(c.train.units());
  const double size = moments.scatter > 0 ? std::sqrt(moments.scatter / elements) : 1;
  for (double& m : moments.mean) m = -m;
  for (Tensor* codes : {&c.train.codes, &c.test.codes}) {
    const View flat = codes->view().reshaped({codes->rows(), c.train.units()});
    ops::add_to_rows(moments.mean, flat);
    ops::scale(1 / size, flat);
  }
  return c;
}

}  // namespace

ClassifiedCodes classified_codes(const Inference& inference, const Dataset& train, const Dataset& test) {
  return centred({encoded(inference, train), encoded(inference, test)});
}

ClassifiedCodes classified_inputs(const Scaler& scaler, const Dataset& train, const Dataset& test) {
  return centred({scaled(scaler, train), scaled(scaler, test)});
}

Tensor second_moments(const LabelledCodes& codes, int threads) {
  constexpr int64_t block_units = 128, block_rows = 2048;  // of one product
  const int64_t units = codes.units(), rows = codes.rows();
  Tensor moments(DType::f64, {units, units});
  auto task = [&](int64_t block) {
    const int64_t first = block * block_units, count = std::min(block_units, units - first);
    Tensor product(codes.codes.dtype(), {count, units});
    double* sums = moments.as<double>() + first * units;
    for (int64_t row = 0; row < rows; row += block_rows) {
      const ConstView h = codes.flat().slice(row, std::min(block_rows, rows - row));
      ops::matmul_columns(h, first, h, product, ops::Write::assign);
      for_each_value(product, [&](int64_t i, double v) { sums[i] += v / static_cast<double>(rows); });
    }
  };
  parallel_for((units + block_units - 1) / block_units, threads, task);
  return moments;
}

}  // namespace hourglass
