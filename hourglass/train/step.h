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
  std::span<const uint32_t> rows;  ///< row numbers of the batch in the data set
  uint32_t epoch = 1;
  int64_t number = 1;  ///< number of the step, counted from 1 over the whole run
  double learning_rate = 0;
  int threads = 1;
  double progress = 1.0;  ///< steps done / steps of the whole run
  Mode mode = Mode::training;
  double clip_norm = 0;  ///< largest norm of the gradient; 0: any
};

/// How a batch is split into micro-batches.
struct BatchPlan {
  int64_t preferred_rows;  ///< of a micro-batch
  int64_t micro_batches;
  int64_t capacity;    ///< the most rows of a micro-batch
  bool keeps_batches;  ///< each micro-batch has its own memory; otherwise each thread

  BatchPlan(const Objective& objective, const ops::Backend& backend, int64_t batch_size);
};

/// Bytes of f32 that a TrainingStep takes for the layers' outputs and gradients, without the weights and the
/// optimiser's state.
int64_t step_memory(const Objective& objective, int64_t batch_size, bool corrupted, int threads);

/// Computes optimiser steps and owns the memory for them. A batch is split into micro-batches of consecutive rows, in a
/// way that depends on its size alone. The pass of a micro-batch runs on one thread at a time; where a layer or penalty
/// needs sums over the whole batch, it waits for all other micro-batches. Then each slice of θ is updated: its gradient
/// is summed over the micro-batches in order and given to the optimiser while it is in cache. Only where the gradient's
/// norm is limited does the whole gradient come first: with ‖g‖ over all parameters, g is multiplied by
/// min(1, clip_norm/(‖g‖ + 1e-6)) (Pascanu et al. 2013, as PyTorch's clip_grad_norm_). Results are therefore
/// bit-identical for any number of threads. Nothing is allocated after the first step.
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
  /// gradient assigned: of the whole batch.
  void reduce(const ParameterSlice& slice, int64_t rows, int64_t micro_batches, View gradient);
  /// whole_gradient_ assigned. Returns what it is to be multiplied with.
  double clipping_factor(const StepRequest& step, int64_t micro_batches);
  void update(const StepRequest& step, int64_t micro_batches);

  Autoencoder& model_;
  Objective& objective_;
  Optimizer& optimizer_;
  const Corruption& corruption_;
  std::span<const int32_t> classes_;
  Reduction reduction_;
  int64_t preferred_rows_ = 0, capacity_ = 0;                 ///< rows of a micro-batch: intended, maximum
  std::vector<std::unique_ptr<TrainingBatch>> kept_batches_;  ///< per micro-batch, if update() reads them; else empty
  FreeList<TrainingBatch> free_batches_;                      ///< otherwise: one for each thread
  std::vector<std::vector<double>> batch_sums_;               ///< per micro-batch
  Tensor gradients_;  ///< (micro-batches, Objective::micro_batch_gradient_size())
  std::vector<ParameterSlice> slices_;
  std::vector<double> sums_;
  Tensor whole_gradient_;              ///< where the norm is limited
  std::vector<double> squared_norms_;  ///< of the gradient of each slice
};

}  // namespace hourglass
