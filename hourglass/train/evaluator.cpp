#include "hourglass/train/evaluator.h"

#include "hourglass/model/inference.h"

namespace hourglass {

void Evaluator::measure(EpochRecord& epoch, const std::function<bool()>& stop) const {
  if (!data_.validation.empty()) epoch.validation = loss(data_.train, data_.validation, stop);
  if (data_.test) epoch.test = loss(*data_.test, {}, stop);
}

Terms Evaluator::loss(const Dataset& data, std::span<const uint32_t> rows, const std::function<bool()>& stop) const {
  Inference inference(model_, threads_);
  inference.stop_when(stop);
  const double value = bce_ ? mean_bce(inference, data, rows) : mean_squared_error(inference, data, rows);
  return {value, value, {}};
}

}  // namespace hourglass
