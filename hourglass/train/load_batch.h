#pragma once

#include <cstdint>
#include <span>

#include "hourglass/data/dataset.h"
#include "hourglass/data/scaler.h"
#include "hourglass/objective/augmentation.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"

namespace hourglass {

/// The rows that training batches are filled with. All must outlive it.
struct TrainingRows {
  const Dataset& data;
  const Scaler& scaler;
  const Corruption& corruption;
  std::span<const int32_t> classes = {};       ///< of every row of the data, where the objective classifies
  const Augmentation* augmentation = nullptr;  ///< null: none
};

/// Fills a micro-batch with the given rows, scaled and augmented, and its input corrupted, and begins its pass.
/// `batch_rows` counts the rows of the whole batch; the context's sample ids become the row numbers.
void load_batch(const Objective& objective, const TrainingRows& from, std::span<const uint32_t> rows,
                int64_t batch_rows, PassContext context, TrainingBatch& batch);

}  // namespace hourglass
