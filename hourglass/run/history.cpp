#include "hourglass/run/history.h"

#include <string_view>

#include "hourglass/base/error.h"
#include "hourglass/data/formats/safetensors.h"

namespace hourglass {
namespace {

template <class Visit>
void visit_terms(std::string_view prefix, auto& terms, Visit visit) {
  visit(prefix, "loss", terms.loss);
  visit(prefix, "reconstruction", terms.reconstruction);
  for (auto& [penalty, value] : terms.penalties) visit(prefix, penalty, value);
}

/// Visits the numbers of an epoch in the order of the columns. Names have two parts to avoid allocations, because a
/// checkpoint visits all epochs.
template <class Visit>
void visit_numbers(auto& epoch, Visit visit) {
  visit_terms("train.", epoch.train, visit);
  if (epoch.validation) visit_terms("validation.", *epoch.validation, visit);
  if (epoch.test) visit_terms("test.", *epoch.test, visit);
  visit("", "seconds", epoch.seconds);
  visit("", "samples_per_second", epoch.samples_per_second);
}

}  // namespace

std::vector<std::string> history_columns(const EpochRecord& epoch) {
  std::vector<std::string> columns;
  visit_numbers(epoch, [&](std::string_view prefix, std::string_view name, double) {
    columns.emplace_back(prefix).append(name);
  });
  return columns;
}

Tensor history_tensor(const std::vector<EpochRecord>& epochs, const EpochRecord& like) {
  Tensor history(DType::f64, {static_cast<int64_t>(epochs.size()), std::ssize(history_columns(like))});
  double* next = history.as<double>();
  for (const EpochRecord& epoch : epochs)
    visit_numbers(epoch, [&](std::string_view, std::string_view, double value) { *next++ = value; });
  HOURGLASS_CHECK(next == history.as<double>() + history.size());
  return history;
}

std::vector<EpochRecord> read_history(ConstView history, const EpochRecord& like, const std::string& name) {
  const Shape& shape = history.shape();
  const int64_t columns = std::ssize(history_columns(like));
  if (history.dtype() != DType::f64 || shape.rank() != 2 || shape[1] != columns)
    fail("{}: metrics: expected F64 of {} columns, found {} of shape {}", name, columns, name_of(history.dtype()),
         shape.text());
  std::vector<EpochRecord> epochs(static_cast<size_t>(shape[0]), like);
  const double* next = history.as<double>();
  for (size_t i = 0; i < epochs.size(); ++i) {
    epochs[i].epoch = static_cast<int64_t>(i) + 1;
    visit_numbers(epochs[i], [&](std::string_view, std::string_view, double& value) { value = *next++; });
  }
  return epochs;
}

}  // namespace hourglass
