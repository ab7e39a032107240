#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hourglass/base/free_list.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/optim/optimizer.h"
#include "hourglass/train/load_batch.h"
#include "hourglass/train/reduction.h"

namespace hourglass {

/// The batch of one step, and where in the run the step is.
struct StepRequest {
  std::span<const uint32_t> rows;  ///< of the data
  uint32_t epoch = 1;
  int64_t number = 1;  ///< of the step, counted from 1 over the whole run
  double learning_rate = 0;
  int threads = 1;
  double progress = 1.0;       ///< steps done / steps of the whole run
  Mode mode = Mode::training;  ///< of the pass
};

/// One optimiser step, and the memory for it. The batch is cut into micro-batches: fixed runs of rows, a function of
/// the batch's size alone. One thread takes a micro-batch through the pass; where the pass needs sums of the whole
/// batch, all micro-batches wait for each other. Then θ is taken slice by slice: the slice's gradient is the sum over
/// all micro-batches, in order, and the optimiser updates the slice while it is in cache. So the result has the same
/// bits on any number of threads. Nothing is allocated after the first step.
class TrainingStep {
 public:
  /// `classes`: of every row of the data, where the objective classifies.
  TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
               int64_t batch_size, std::span<const int32_t> classes = {});

  /// Trains on the given rows of `data`. Returns the batch's terms before the update. When the loss is not finite the
  /// weights stay as they are.
  Objective::Totals run(const Dataset& data, const StepRequest& step);

 private:
  /// Rows of a parameter, and the layers that defer their gradient.
  struct ParameterSlice {
    const Parameter& parameter;
    int64_t first, offset;  ///< row of the parameter, element of θ
    Shape shape;
    std::vector<int> layers;
  };
  static std::vector<ParameterSlice> slices_of(const Network& network);

  std::unique_ptr<TrainingBatch> make_batch() const;
  template <class Use>
  void with_batch(int64_t micro_batch, Use use);
  /// Takes all micro-batches through the pass; sums_ assigned.
  void run_passes(const Dataset& data, const StepRequest& step, int64_t micro_batches);
  /// gradient assigned: this process's share.
  void local_gradient(const ParameterSlice& slice, int64_t rows, int64_t micro_batches, View gradient);
  void update(const StepRequest& step, int64_t micro_batches);

  Autoencoder& model_;
  Objective& objective_;
  Optimizer& optimizer_;
  const Corruption& corruption_;
  std::span<const int32_t> classes_;
  Reduction reduction_;
  int64_t preferred_rows_ = 0, capacity_ = 0;                 ///< rows of a micro-batch: meant, and at most
  std::vector<std::unique_ptr<TrainingBatch>> kept_batches_;  ///< where all are read after their passes
  FreeList<TrainingBatch> free_batches_;                      ///< elsewhere: as many as run at one time
  std::vector<std::vector<double>> batch_sums_;               ///< per micro-batch
  Tensor gradients_;  ///< (micro-batches, Objective::micro_batch_gradient_size())
  std::vector<ParameterSlice> slices_;
  std::vector<double> sums_;
};

}  // namespace hourglass
