#pragma once

#include <set>

#include "hourglass/app/open.h"
#include "hourglass/eval/metrics.h"

namespace hourglass {

/// Data and metrics for the evaluation of a model.
struct EvaluationRequest {
  DataRequest data;
  std::vector<std::string> metrics;  ///< besides the reconstruction loss
  int64_t rows = 0;                  ///< evaluate at most this many rows, from the first; 0: all
  bool corrupt = false;              ///< corrupt the inputs; the targets stay clean
  std::string corruption;            ///< KIND=AMOUNT, instead of the recipe's corruption and the metrics' default
  int64_t samples = 0;               ///< draws per row of log_likelihood; 0: the default
  int threads = 1;
  JacobianOptions jacobian = {};
  std::vector<double> radii = {};  ///< of contraction_ratio; empty: kRadii
  EvaluationProgress progress = nullptr;
};

struct Evaluation {
  std::string data;  ///< name of the data set
  int64_t rows = 0;
  bool is_trained_on = false;  ///< the model was trained on these rows
  Metrics metrics = {};
  std::set<std::string> omitted = {};  ///< requested metrics that do not apply
};

/// Measures a model on the requested part of the data, by default on rows that training held out (DataRequest). The
/// reconstruction loss is bce for a model that ends in a sigmoid on data in [0, 1], else mse. `notify` is told the
/// reason for every metric that does not apply. Throws Error as evaluate does, and where no requested metric applies.
Evaluation evaluate_model(const TrainedModel& model, const EvaluationRequest& request, const Notify& notify);

/// Opens labelled training and test data for classifiers of codes: the test part, or the validation rows. Held-out rows
/// whose label no training row has are left out, and `notify` is told. Throws Error if there is neither part, if a part
/// does not fit the model or has no labels, if the training part has only one class, or if a label of other test data
/// does not occur in it.
DataSplits open_labelled_splits(const TrainedModel& model, const DataRequest& request, const Notify& notify);

}  // namespace hourglass
