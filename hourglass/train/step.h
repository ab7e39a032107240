#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hourglass/base/free_list.h"
#include "hourglass/data/scaler.h"
#include "hourglass/model/autoencoder.h"
#include "hourglass/objective/corruption.h"
#include "hourglass/objective/objective.h"
#include "hourglass/optim/optimizer.h"

namespace hourglass {

/// One optimiser step, and the memory for it: rows are gathered, corrupted, encoded, decoded and compared in lanes, and
/// gradients come back lane by lane. Then θ is taken part by part: the part's gradient is made of all lanes, and the
/// optimiser moves the weights while it is in cache. Nothing is allocated after the first step.
class TrainingStep {
 public:
  /// `classes`: of every row of the data, where the objective classifies.
  TrainingStep(Autoencoder& model, Objective& objective, Optimizer& optimizer, const Corruption& corruption,
               int64_t batch_size, std::span<const int32_t> classes = {});

  /// Trains on the given rows of `data`. `number` counts steps from 1 over the whole run. Returns the batch's terms
  /// before the move. When the loss is not finite the weights stay as they are.
  Objective::Totals run(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, int64_t number,
                        double rate, int threads);

 private:
  std::unique_ptr<Lane> make_lane() const;
  template <class Use>
  void with_lane(int64_t l, Use use);
  void load(const Dataset& data, std::span<const uint32_t> rows, uint32_t epoch, Lane& lane) const;
  void move(int64_t rows, int64_t lanes, int64_t number, double rate, int threads);

  /// Rows of a parameter, and the layers that make their gradient of the whole batch.
  struct Part {
    const Parameter& parameter;
    int64_t first, offset;  ///< row of the parameter, element of θ
    Shape shape;
    std::vector<int> layers;
  };
  static std::vector<Part> parts_of(const Network& network);
  void make_gradient(const Part& part, int64_t rows, int64_t lanes, View gradient);

  Autoencoder& model_;
  Objective& objective_;
  Optimizer& optimizer_;
  const Corruption& corruption_;
  std::span<const int32_t> classes_;
  int64_t tall_ = 0, lane_capacity_ = 0;           ///< rows of a lane: meant, and at most
  std::vector<std::unique_ptr<Lane>> kept_lanes_;  ///< where something is read from all lanes after their passes
  FreeList<Lane> free_lanes_;                      ///< elsewhere: as many as run at one time
  std::vector<std::vector<double>> lane_sums_;
  Tensor lane_gradients_;  ///< (lanes, Objective::lane_gradient_size())
  std::vector<Part> parts_;
  std::vector<double> sums_;
};

}  // namespace hourglass
