#include "hourglass/model/predictor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hourglass/base/parallel.h"
#include "hourglass/tensor/copy.h"

namespace hourglass {

namespace {

constexpr int64_t kChunkRows = 256;  // as the program's

constexpr auto kRowIds = [] {
  std::array<uint32_t, kChunkRows> ids{};
  std::iota(ids.begin(), ids.end(), 0u);
  return ids;
}();

Network encoding_network(const TrainedModel& model) {
  Network network(model.recipe.model, model.autoencoder.network().input());
  network.enter({.encoding = true});
  return network;
}

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

struct Predictor::Space {
  Space(const Network& network, int64_t capacity)
      : workspace(network, DType::f32, capacity),
        raw{"rows", network.input(), std::vector<float>(capacity * network.input().size()), {}} {}

  /// Scaled as the program scales a data set of floats.
  ConstView scaled(const Scaler& scaler, const float* rows, int64_t count) {
    std::copy_n(rows, count * raw.sample.size(), std::get<std::vector<float>>(raw.values).begin());
    const View samples = workspace.samples(count);
    gather(raw, scaler, std::span(kRowIds).first(count), samples);
    return samples;
  }

  Workspace workspace;
  Dataset raw;
};

Predictor::Predictor(const std::filesystem::path& path)
    : model_(load_model(path)), encoder_(encoding_network(model_)) {}

Predictor::~Predictor() = default;

Predictor::Space& Predictor::space(int64_t rows) const {
  std::unique_ptr<Space>* mine = nullptr;
  {
    const std::lock_guard lock(mutex_);
    mine = &spaces_[std::this_thread::get_id()];
  }
  if (!*mine || (*mine)->workspace.capacity() < rows) *mine = std::make_unique<Space>(encoder_, rows);
  return **mine;
}

template <class Chunk>
void Predictor::run(int64_t count, Chunk chunk) const {
  Space& mine = space(std::min(count, kChunkRows));
  auto work = [&](int64_t i) {
    const int64_t first = i * kChunkRows;
    chunk(mine, first, std::min(kChunkRows, count - first));
  };
  parallel_for((count + kChunkRows - 1) / kChunkRows, 1, work);
}

void Predictor::encode(const float* rows, int64_t count, float* codes) const {
  run(count, [&](Space& s, int64_t first, int64_t n) {
    const ConstView samples = s.scaled(model_.autoencoder.scaler, rows + first * inputs(), n);
    const ConstView inside = s.workspace.forward(encoder_, model_.autoencoder.theta(), samples, encoder_.code_end());
    copy_codes(encoder_, inside, rows_at(codes, first, n, encoder_.code().output()));
  });
}

void Predictor::decode(const float* codes, int64_t count, float* rows) const {
  const Network& network = model_.autoencoder.network();
  run(count, [&](Space& s, int64_t first, int64_t n) {
    const ConstView in = rows_at(codes, first, n, network.code().output());
    const View out = rows_at(rows, first, n, network.input());
    copy(s.workspace.decode(network, model_.autoencoder.theta(), in), out);
    to_data_units(model_.autoencoder.scaler, out);
  });
}

void Predictor::reconstruct(const float* rows, int64_t count, float* out) const {
  const Network& network = model_.autoencoder.network();
  run(count, [&](Space& s, int64_t first, int64_t n) {
    const ConstView samples = s.scaled(model_.autoencoder.scaler, rows + first * inputs(), n);
    const View to = rows_at(out, first, n, network.input());
    copy(s.workspace.forward(network, model_.autoencoder.theta(), samples, network.layers()), to);
    to_data_units(model_.autoencoder.scaler, to);
  });
}

void Predictor::score(const float* rows, int64_t count, double* scores) const {
  if (!has_scores()) fail("the model stores no threshold to score by: its recipe has no [anomaly]");
  refuse_missing(model_.autoencoder.scaler, {rows, static_cast<size_t>(count * inputs())}, inputs());
  const Network& network = model_.autoencoder.network();
  run(count, [&](Space& s, int64_t first, int64_t n) {
    const ConstView samples = s.scaled(model_.autoencoder.scaler, rows + first * inputs(), n);
    const ConstView out = s.workspace.forward(network, model_.autoencoder.theta(), samples, network.layers());
    anomaly_scores(*model_.anomaly, out, samples, std::span(scores + first, n));
  });
}

}  // namespace hourglass
