#pragma once

#include <set>

#include "hourglass/app/open.h"
#include "hourglass/eval/metrics.h"

namespace hourglass {

/// What to measure of a model.
struct EvaluationRequest {
  DataRequest data;
  std::vector<std::string> metrics;  ///< besides the reconstruction loss
  int64_t rows = 0;                  ///< only the first so many; 0: all
  bool corrupt = false;              ///< corrupt the inputs; the targets stay clean
  std::string corruption;            ///< KIND=AMOUNT, instead of the recipe's corruption and the metrics' default
  EvaluationOptions options;
};

struct Evaluation {
  std::string data;  ///< its name
  int64_t rows = 0;
  Metrics metrics = {};
  std::set<std::string> omitted = {};  ///< requested metrics that do not apply
};

/// Measures a model on the test part of the data, or on all of it where there is none. The reconstruction loss is bce
/// for a model that ends in a sigmoid on data in [0, 1], else mse. `notify` is told the reason for every metric that
/// does not apply. Throws Error as evaluate does, and where no requested metric applies.
Evaluation evaluate_model(const TrainedModel& model, const EvaluationRequest& request, const Notify& notify);

/// Data to fit classifiers on and to test them on: both parts fit the model and have the same labels, else an Error is
/// thrown.
DataSplits open_labelled_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify);

}  // namespace hourglass
