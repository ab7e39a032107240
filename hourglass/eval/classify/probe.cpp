#include "hourglass/eval/classify/probe.h"

#include <array>

#include "hourglass/data/split.h"
#include "hourglass/eval/classify/softmax_regression.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr std::array kDecays = {1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
constexpr MinimiserOptions kOptions{.tolerance = 1e-4, .iterations = 300};

LabelledCodes select_rows(const LabelledCodes& all, std::span<const uint32_t> rows) {
  LabelledCodes selected{Tensor(all.codes.dtype(), {static_cast<int64_t>(rows.size()), all.units()}), {}};
  for (size_t i = 0; i < rows.size(); ++i) {
    copy(all.codes.view().slice(rows[i], 1), selected.codes.view().slice(static_cast<int64_t>(i), 1));
    selected.labels.push_back(all.labels[rows[i]]);
  }
  return selected;
}

}  // namespace

ProbeResult linear_probe(const ClassifiedCodes& codes, int threads, const EvaluationProgress& progress) {
  ProgressCounter counter(progress, "probe_error", kDecays.size() + 1);
  const Split split = split_rows(static_cast<uint32_t>(codes.train.rows()), 1.0 / 6, /*seed=*/0);
  const LabelledCodes fitted = select_rows(codes.train, split.train),
                      held_out = select_rows(codes.train, split.held_out);
  const Tensor moments = second_moments(codes.train, threads);
  ProbeResult result{.validation_error = 2};
  SoftmaxRegression model, best;
  for (const double decay : kDecays) {
    model = fit_softmax_regression(fitted, moments, decay, threads, kOptions, model);
    const double error = classification_error(model, held_out, threads);
    counter.advance();
    if (error >= result.validation_error) continue;
    result = {.decay = decay, .validation_error = error};
    best = model;
  }
  model = fit_softmax_regression(codes.train, moments, result.decay, threads, kOptions, best);
  result.error = classification_error(model, codes.test, threads);
  counter.advance();
  return result;
}

}  // namespace hourglass
