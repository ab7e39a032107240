#include <fmt/format.h>

#include <array>
#include <vector>

#include "bench/micro.h"
#include "hourglass/tensor/activation.h"
#include "hourglass/tensor/ops.h"

namespace hourglass::bench {

namespace {

/// Operands of one shape, and what columns and rows of it need.
struct Operands {
  explicit Operands(Shape shape)
      : all{noise(shape), noise(shape), noise(shape), noise(shape)},
        of_columns(shape[1], 1.0),
        of_rows(shape[0]),
        row(noise({shape[1]})) {}
  ConstView in(int i) const { return all[i]; }
  View out(int i) { return all[i]; }

  std::array<Tensor, 4> all;
  std::vector<double> of_columns, of_rows;
  Tensor row;
};

/// Adds rows that pass `operands` times over a tensor of `shape`.
class Rows {
 public:
  explicit Rows(Shape shape)
      : t_(shape), name_(fmt::format("/{}x{}", shape[0], shape[1])), bytes_(4.0 * static_cast<double>(shape.size())) {}

  template <class F>
  void add(const std::string& name, double operands, F call) const {
    bench::add(name + name_, {.bytes = operands * bytes_}, [t = t_, call] { call(*t); });
  }

 private:
  OnFirstUse<Operands> t_;
  std::string name_;
  double bytes_;
};

void add_activation(const Rows& rows, Activation s) {
  const std::string name(name_of(s.kind));
  rows.add("activate/" + name, 2, [s](Operands& t) { ops::activate(s, t.in(0), t.out(1)); });
  rows.add("activate_backward/" + name, 4,
           [s](Operands& t) { ops::activate_backward(s, t.in(0), t.in(1), t.in(2), t.out(3)); });
  rows.add("activation_derivatives/" + name, 4,
           [s](Operands& t) { ops::activation_derivatives(s, t.in(0), t.in(1), t.out(2), t.out(3)); });
}

void add_sums(const Rows& rows) {
  rows.add("sum_of_absolutes", 1, [](Operands& t) { benchmark::DoNotOptimize(ops::sum_of_absolutes(t.in(0))); });
  rows.add("sum_of_squares", 1, [](Operands& t) { benchmark::DoNotOptimize(ops::sum_of_squares(t.in(0))); });
  rows.add("column_sums", 1, [](Operands& t) { ops::column_sums(t.in(0), t.of_columns); });
  rows.add("column_sums_of_squares", 1, [](Operands& t) { ops::column_sums_of_squares(t.in(0), t.of_columns); });
  rows.add("row_sums_of_squares", 1, [](Operands& t) { ops::row_sums_of_squares(t.in(0), t.of_rows); });
  rows.add("add_column_sums", 1, [](Operands& t) { ops::add_column_sums(t.in(0), t.row); });
  rows.add("dot", 2, [](Operands& t) { benchmark::DoNotOptimize(ops::dot(t.in(0), t.in(1))); });
}

void add_losses(const Rows& rows) {
  rows.add("bce_with_logits", 4, [](Operands& t) {
    benchmark::DoNotOptimize(ops::bce_with_logits(t.in(0), t.in(1), 1e-3, t.out(2), t.out(3)));
  });
  rows.add("squared_error", 3,
           [](Operands& t) { benchmark::DoNotOptimize(ops::squared_error(t.in(0), t.in(1), 1e-3, t.out(2))); });
}

// Factors that leave the numbers as they are: sums that grew would end among infinities.
void add_updates(const Rows& rows) {
  rows.add("add_scaled", 3, [](Operands& t) { ops::add_scaled(0.0, t.in(0), t.out(1)); });
  rows.add("add_scaled_sign", 3, [](Operands& t) { ops::add_scaled_sign(0.0, t.in(0), t.out(1)); });
  rows.add("scale", 2, [](Operands& t) { ops::scale(1.0, t.out(0)); });
  rows.add("add_to_rows", 2, [v = std::vector<double>(784)](Operands& t) { ops::add_to_rows(v, t.out(0)); });
  rows.add("add_scaled_product", 4,
           [v = std::vector<double>(784)](Operands& t) { ops::add_scaled_product(v, t.in(0), t.in(1), t.out(2)); });
}

/// Eight rows for each sample, as the penalties of the Jacobian have.
void add_samples() {
  constexpr int64_t kSamples = 64, kRows = 8, kUnits = 256;
  const auto s = std::make_shared<Tensor>(noise({kSamples, kUnits}));
  const auto sum = std::make_shared<Tensor>(noise({kSamples, kUnits}));
  const Rows rows({kSamples * kRows, kUnits});
  rows.add("scale_rows_by_sample", 2, [s](Operands& t) { ops::scale_rows_by_sample(*s, t.in(0), t.out(1)); });
  rows.add("add_products_by_sample", 2,
           [s, sum](Operands& t) { ops::add_products_by_sample(*s, t.in(0), t.in(1), *sum); });
}

/// On a part of θ, as a step updates it: the gradients of four micro-batches are added, then the optimiser runs.
void add_optimisers() {
  constexpr int64_t kPart = 32768, kMicroBatches = 4;
  const auto gradients = std::make_shared<Tensor>(noise({kMicroBatches, kPart}));
  const Rows rows({1, kPart});
  rows.add("sum_micro_batches, four", kMicroBatches + 1,
           [gradients](Operands& t) { ops::sum_micro_batches(*gradients, 0, t.out(0)); });
  rows.add("adam", 7, [](Operands& t) {
    ops::adam({.rate = 1e-9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .step = 1000}, t.in(0), t.out(1), t.out(2),
              t.out(3));
  });
  rows.add("sgd", 5, [](Operands& t) { ops::sgd({1e-9, 0.9}, t.in(0), t.out(1), t.out(2)); });
}

}  // namespace

void add_activations() {
  using Kind = Activation::Kind;
  const Rows dense({128, 784}), image({75, 16 * 22 * 22});
  for (const Kind kind : {Kind::identity, Kind::sigmoid, Kind::tanh, Kind::relu, Kind::softplus, Kind::gelu})
    add_activation(dense, {kind});
  add_activation(dense, {Kind::leaky_relu, 0.01});
  add_activation(dense, {Kind::elu, 1.0});
  add_activation(dense, {Kind::topk, 64});
  add_activation(image, {Kind::relu});
}

void add_elementwise() {
  const Rows rows({128, 784});
  add_losses(rows);
  add_sums(rows);
  add_updates(rows);
  rows.add("swap_axes, 16 channels", 2, [](Operands& t) { ops::swap_axes(t.in(0), 49, 16, t.out(1)); });
  rows.add("divide_bytes", 1.25, [bytes = std::vector<uint8_t>(128 * 784, 7)](Operands& t) {
    ops::divide_bytes(bytes.data(), 255, t.out(0));
  });
  add_samples();
  add_optimisers();
}

}  // namespace hourglass::bench
