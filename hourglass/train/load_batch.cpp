#include "hourglass/train/load_batch.h"

namespace hourglass {

void load_batch(const Objective& objective, const TrainingRows& from, std::span<const uint32_t> rows,
                int64_t batch_rows, PassContext context, TrainingBatch& batch) {
  const auto count = static_cast<int64_t>(rows.size());
  const View target = batch.target(count);
  gather(from.data, from.scaler, rows, target, context.epoch);
  if (from.augmentation) from.augmentation->apply(context.epoch, rows, target);
  if (from.corruption.is_active()) from.corruption.apply(target, context.epoch, rows, batch.input_buffer(count));
  batch.classes.clear();
  if (objective.classifies())
    for (const uint32_t row : rows) batch.classes.push_back(from.classes[row]);
  context.sample_ids = rows;
  objective.begin(batch, count, batch_rows, context);
}

}  // namespace hourglass
