#include "hourglass/model/predictor.h"

#include <algorithm>
#include <cmath>

#include "hourglass/base/statistics.h"

namespace hourglass {

namespace {

/// `count` samples of a shape.
ConstView rows_at(const float* values, int64_t count, const Shape& sample) {
  return {reinterpret_cast<const std::byte*>(values), DType::f32, sample.batch(count)};
}
View rows_at(float* values, int64_t count, const Shape& sample) {
  return {reinterpret_cast<std::byte*>(values), DType::f32, sample.batch(count)};
}

/// As the program's readers do, where the model fills nothing in: NaN would come out as NaN at best.
void refuse_missing(const Scaler& scaler, std::span<const float> rows, int64_t width) {
  if (!scaler.fill.empty()) return;
  const auto at = std::ranges::find_if(rows, [](float x) { return std::isnan(x); }) - rows.begin();
  if (at < std::ssize(rows))
    fail("row {}, value {} (counted from 0) is missing (NaN); a model trained with [data] missing = \"mean\" takes it",
         at / width, at % width);
}

}  // namespace

Predictor::Predictor(const std::filesystem::path& path)
    : model_(load_model(path)), inference_(model_.autoencoder, /*threads=*/1) {
  if (has_scores() && model_.anomaly->evidence)
    scorer_.emplace(inference_, model_.anomaly->spread, *model_.anomaly->evidence);
}

Dataset Predictor::dataset(const float* rows, int64_t count) const {
  refuse_missing(model_.autoencoder.scaler, {rows, static_cast<size_t>(count * inputs())}, inputs());
  return {"rows", network().input(), std::span(rows, static_cast<size_t>(count * inputs())), {}};
}

void Predictor::encode(const float* rows, int64_t count, float* codes) const {
  inference_.encode(dataset(rows, count), rows_at(codes, count, network().code().output()));
}

void Predictor::decode(const float* codes, int64_t count, float* rows) const {
  const View out = rows_at(rows, count, network().input());
  inference_.decode(rows_at(codes, count, network().code().output()), out);
  to_data_units(model_.autoencoder.scaler, out);
}

void Predictor::reconstruct(const float* rows, int64_t count, float* out) const {
  const View to = rows_at(out, count, network().input());
  inference_.reconstruct(dataset(rows, count), to);
  to_data_units(model_.autoencoder.scaler, to);
}

void Predictor::score(const float* rows, int64_t count, double* scores) const {
  if (!has_scores()) fail("the model stores no threshold to score by: its recipe has no [anomaly]");
  if (scorer_) {
    const double factor = 1 / model_.anomaly->threshold;
    return scorer_->terms(dataset(rows, count), all_rows(count), [&](int64_t row, std::span<const double> terms) {
      scores[row] = 0;
      for (const double term : terms) scores[row] += factor * term;
    });
  }
  inference_.reconstruct(dataset(rows, count), [&](const Inference::Chunk& c) {
    anomaly_scores(*model_.anomaly, c.reconstruction(), c.clean, std::span(scores + c.first, c.rows));
  });
}

}  // namespace hourglass
