#include "hourglass/model/predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kChunkRows = 256;  // as in the program

/// `count` rows at `first`, each of the given shape.
template <class T>
auto rows_at(T* values, int64_t first, int64_t count, const Shape& sample) {
  using Byte = std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;
  return BasicView<Byte>(reinterpret_cast<Byte*>(values + first * sample.size()), DType::f32, sample.batch(count));
}

/// As the program's readers do, where the model fills nothing in.
void refuse_missing(const Scaler& scaler, std::span<const float> rows, int64_t width) {
  if (!scaler.fill.empty()) return;
  const auto at = std::ranges::find_if(rows, [](float x) { return std::isnan(x); }) - rows.begin();
  if (at < std::ssize(rows))
    fail("row {}, value {} (counted from 0) is missing (NaN); a model trained with [data] missing = \"mean\" scores it",
         at / width, at % width);
}

}  // namespace

Predictor::Predictor(const std::filesystem::path& path)
    : model_(load_model(path)), inference_(model_.autoencoder, /*threads=*/1, kChunkRows) {}

Predictor::~Predictor() = default;

template <class Use>
void Predictor::run(const float* rows, int64_t count, Mode mode, int last, Use use) const {
  const Dataset data{"rows", network().input(), std::span(rows, static_cast<size_t>(count * inputs())), {}};
  inference_.for_each_chunk(count, [&](Inference::Workspace& w, int64_t, int64_t first, int64_t n) {
    std::array<uint32_t, kChunkRows> ids;
    std::iota(ids.begin(), ids.end(), static_cast<uint32_t>(first));
    gather(data, model_.autoencoder.scaler, std::span(ids).first(static_cast<size_t>(n)), w.pass.input_buffer(n));
    w.pass.begin(n, n, {.mode = mode});
    network().forward(model_.autoencoder.theta(), w.pass, last);
    use(w.pass, first, n);
  });
}

void Predictor::encode(const float* rows, int64_t count, float* codes) const {
  run(rows, count, Mode::encoding, network().code_end(), [&](const MicroBatch& pass, int64_t first, int64_t n) {
    read_codes(pass, rows_at(codes, first, n, network().code().output()));
  });
}

void Predictor::decode(const float* codes, int64_t count, float* rows) const {
  inference_.for_each_chunk(count, [&](Inference::Workspace& w, int64_t, int64_t first, int64_t n) {
    begin_with_codes(rows_at(codes, first, n, network().code().output()), {}, w.pass);
    network().forward(model_.autoencoder.theta(), w.pass, network().layers());
    const View out = rows_at(rows, first, n, network().input());
    copy(w.pass.output(network().layers() - 1), out);
    to_data_units(model_.autoencoder.scaler, out);
  });
}

void Predictor::reconstruct(const float* rows, int64_t count, float* out) const {
  run(rows, count, Mode::evaluation, network().layers(), [&](const MicroBatch& pass, int64_t first, int64_t n) {
    const View to = rows_at(out, first, n, network().input());
    copy(pass.output(network().layers() - 1), to);
    to_data_units(model_.autoencoder.scaler, to);
  });
}

void Predictor::score(const float* rows, int64_t count, double* scores) const {
  if (!has_scores()) fail("the model stores no threshold to score by: its recipe has no [anomaly]");
  refuse_missing(model_.autoencoder.scaler, {rows, static_cast<size_t>(count * inputs())}, inputs());
  run(rows, count, Mode::evaluation, network().layers(), [&](const MicroBatch& pass, int64_t first, int64_t n) {
    anomaly_scores(*model_.anomaly, pass.output(network().layers() - 1), pass.input(), std::span(scores + first, n));
  });
}

}  // namespace hourglass
