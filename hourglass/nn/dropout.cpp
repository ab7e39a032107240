#include <algorithm>
#include <cmath>

#include "hourglass/base/random.h"
#include "hourglass/nn/config.h"
#include "hourglass/nn/layers.h"
#include "hourglass/tensor/arena.h"
#include "hourglass/tensor/copy.h"
#include "hourglass/tensor/visit.h"

namespace hourglass {

namespace {

/// 28 bits of the FNV-1a hash of a layer's name, so that every layer draws its own numbers.
uint64_t key_of(const std::string& name) {
  uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash & 0x0fffffffu;
}

class Dropout final : public Layer {
 public:
  Dropout(const LayerContext& c, double probability)
      : Layer(c.input), key_(key_of(c.name) << 32), probability_(probability) {}

  void forward(const PassContext& context, ConstView, const InputRows& in, View out) const override {
    multiply(context, in, out);
  }
  void backward(const PassContext& context, ConstView, ConstView, ConstView, ConstView grad_out,
                View grad_in) const override {
    multiply(context, grad_out, grad_in);
  }
  bool backward_reads_output() const override { return false; }
  bool backward_may_overwrite_input() const override { return true; }
  bool keeps_range() const override { return false; }

  Linearization linearize(const PassContext& context, ConstView, ConstView in, ConstView, bool,
                          Arena& arena) const override {
    Linearization at{in, arena.take(in.dtype(), in.shape()), {}};
    fill(1, at.slope);
    if (context.mode == Mode::training) multiply(context, at.slope, at.slope);
    return at;
  }
  void vjp(ConstView, const Linearization& at, ConstView u, View grad_in) const override {
    ops::scale_rows_by_sample(at.slope, u, grad_in);
  }
  void jvp(ConstView, const Linearization& at, ConstView v, View out) const override {
    ops::scale_rows_by_sample(at.slope, v, out);
  }

 private:
  /// y assigned = x where the unit is kept, times 1/(1 − p), else 0: unit j of a row takes word j mod 4 of block j/4.
  /// Outside training y is x.
  void multiply(const PassContext& context, ConstView x, View y) const {
    if (context.mode != Mode::training) return copy(x, y);
    constexpr int64_t kBlock = 4;
    const Random random(context.seed, Stream::dropout);
    const auto dropped = static_cast<uint32_t>(std::ceil(probability_ * 0x1p24));
    const int64_t units = x.columns();
    visit_floats(x, y, [&]<class T>(std::span<const T> from, std::span<T> to) {
      const T scale = static_cast<T>(1 / (1 - probability_));
      for (int64_t i = 0; i < x.rows(); ++i)
        for (int64_t first = 0; first < units; first += kBlock) {
          const auto words =
              random.words(context.epoch, key_ | context.sample_id(i), static_cast<uint32_t>(first / kBlock));
          const int64_t count = std::min(kBlock, units - first);
          for (int64_t j = 0, at = i * units + first; j < count; ++j, ++at)
            to[at] = words[j] >> 8 < dropped ? T{0} : scale * from[at];
        }
    });
  }

  uint64_t key_;
  double probability_;
};

}  // namespace

std::unique_ptr<Layer> make_dropout(const LayerContext& c) {
  return std::make_unique<Dropout>(c, std::get<DropoutConfig>(c.config.options).probability);
}

}  // namespace hourglass
