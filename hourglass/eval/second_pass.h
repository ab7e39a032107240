#pragma once

#include <memory>

#include "hourglass/base/free_list.h"
#include "hourglass/eval/measured_rows.h"

namespace hourglass {

/// Takes rows through a network once more, beside the pass that shows them.
class SecondPass {
 public:
  SecondPass(const MeasuredRows& rows, int end)
      : rows_(rows), end_(end), capacity_(std::min(rows.inference.chunk_rows(), rows.data.rows())) {}

  /// fill(View input) gives the rows of the chunk another input, (rows, inputs); layers [0, end) take it; then
  /// use(const Activations&) may look.
  template <class Fill, class Use>
  void run(const Inference::Chunk& chunk, Fill fill, Use use) {
    const auto make = [&] { return std::make_unique<Workspace>(rows_.model, capacity_); };
    workspaces_.with(make, [&](Workspace& w) {
      const View input = w.input.view().slice(0, chunk.rows);
      fill(input);
      rows_.network().forward(rows_.model.theta(), input, w.activations, 0, end_);
      use(w.activations);
    });
  }

 private:
  struct Workspace {
    Workspace(const Autoencoder& model, int64_t capacity)
        : input(model.theta().dtype(), model.network().input().batch(capacity)),
          activations(model.network().activations(model.theta().dtype(), capacity)) {}
    Tensor input;
    Activations activations;
  };

  const MeasuredRows& rows_;
  int end_;
  int64_t capacity_;
  FreeList<Workspace> workspaces_;
};

}  // namespace hourglass
