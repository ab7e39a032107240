#include "hourglass/eval/labelled_codes.h"

#include <cmath>

#include "hourglass/eval/spread.h"

namespace hourglass {

namespace {

LabelledCodes encoded(const Inference& inference, const Dataset& data) {
  HOURGLASS_CHECK(static_cast<int64_t>(data.labels.size()) == data.rows());
  return {inference.encode(data), data.labels};
}

}  // namespace

ClassifiedCodes classified_codes(const Inference& inference, const Dataset& train, const Dataset& test) {
  ClassifiedCodes c{encoded(inference, train), encoded(inference, test)};
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

}  // namespace hourglass
