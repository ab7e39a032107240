#include "hourglass/eval/labelled_codes.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "hourglass/eval/spread.h"

namespace hourglass {

namespace {

LabelledCodes encoded(const Inference& inference, const Dataset& data) {
  HOURGLASS_CHECK(static_cast<int64_t>(data.labels.size()) == data.rows());
  return {inference.encode(data), data.labels};
}

LabelledCodes scaled(const Scaler& scaler, const Dataset& data) {
  std::vector<uint32_t> rows(data.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  Tensor inputs(DType::f32, data.sample.batch(data.rows()));
  gather(data, scaler, rows, inputs);
  return {std::move(inputs), data.labels};
}

ClassifiedCodes centred(ClassifiedCodes c) {
  Spread spread = spread_of(c.train.codes);
  const double elements = static_cast<double>(c.train.rows()) * static_cast<double>(c.train.units());
  const double size = spread.scatter > 0 ? std::sqrt(spread.scatter / elements) : 1;
  for (double& m : spread.mean) m = -m;
  for (Tensor* codes : {&c.train.codes, &c.test.codes}) {
    const View flat = codes->view().reshaped({codes->rows(), c.train.units()});
    ops::add_to_rows(spread.mean, flat);
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

}  // namespace hourglass
