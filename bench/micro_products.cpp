#include <fmt/format.h>

#include "bench/micro.h"
#include "hourglass/tensor/ops.h"

namespace hourglass::bench {

namespace {

using ops::Transpose;
using ops::Write;

/// A dense layer on some rows: the numbers of rows are those of the micro-batches of the workloads.
struct Dense {
  int64_t rows, inputs, outputs;
};
constexpr Dense kDense[] = {{75, 784, 128},  {75, 128, 784}, {150, 784, 128}, {600, 784, 128}, {128, 784, 512},
                            {128, 512, 256}, {128, 256, 64}, {64, 784, 64},   {64, 64, 32},    {64, 32, 16},
                            {1, 640, 128},   {4, 640, 128},  {1, 128, 640}};

struct DenseOperands {
  explicit DenseOperands(const Dense& d)
      : in(noise({d.rows, d.inputs})),
        weight(noise({d.outputs, d.inputs})),
        bias(noise({d.outputs})),
        out(noise({d.rows, d.outputs})) {}
  Tensor in, weight, bias, out;
};

void add_dense(const Dense& d) {
  const std::string shape = fmt::format("{}x{}→{}", d.rows, d.inputs, d.outputs);
  const Work work{.operations = 2.0 * static_cast<double>(d.rows * d.inputs * d.outputs)};
  const auto t = OnFirstUse<DenseOperands>(d);
  add("matmul/forward/" + shape, work,
      [t] { ops::matmul(t->in, Transpose::no, t->weight, Transpose::yes, t->out, Write::assign, t->bias); });
  add("matmul/to input/" + shape, work, [t] { ops::matmul(t->out, Transpose::no, t->weight, Transpose::no, t->in); });
  add("matmul/to weight/" + shape, work, [t] { ops::matmul(t->out, Transpose::yes, t->in, Transpose::no, t->weight); });
  add("matmul_columns/to half of the weight/" + shape, {.operations = work.operations / 2}, [t, d] {
    ops::matmul_columns(t->out, d.outputs / 2, t->in, t->weight.view().slice(0, d.outputs - d.outputs / 2),
                        Write::assign);
  });
  add("matmul/to weight, added/" + shape, work,
      [t] { ops::matmul(t->out, Transpose::yes, t->in, Transpose::no, t->weight, Write::accumulate); });
}

struct Convolution {
  const char* name;
  ops::ConvGeometry geometry;
};
// Of the convolutional workload; a transposed one is written as the convolution that it runs backwards.
constexpr Convolution kConvolutions[] = {
    {"1→8 k3", {1, 28, 28, 8, 26, 26, 3, 1, 0}},
    {"8→16 k5", {8, 26, 26, 16, 22, 22, 5, 1, 0}},
    {"16→32 k5 s2", {16, 22, 22, 32, 9, 9, 5, 2, 0}},
    {"32→64 k2 s2", {32, 9, 9, 64, 4, 4, 2, 2, 0}},
    {"64→16 k3 s2, transposed", {16, 9, 9, 64, 4, 4, 3, 2, 0}},
    {"16→8 k5 s2, transposed", {8, 21, 21, 16, 9, 9, 5, 2, 0}},
    {"8→1 k8, transposed", {1, 28, 28, 8, 21, 21, 8, 1, 0}},
};
constexpr int64_t kImages = 75;

struct ConvolutionOperands {
  explicit ConvolutionOperands(const ops::ConvGeometry& g)
      : in(noise({kImages, g.in_size()})),
        out(noise({kImages, g.out_size()})),
        weight(noise(g.weight())),
        in_bias(noise({g.in_channels})),
        out_bias(noise({g.out_channels})) {}
  Tensor in, out, weight, in_bias, out_bias;
};

void add_convolution(const Convolution& c) {
  const ops::ConvGeometry g = c.geometry;
  const int64_t products = g.out_size() * g.weight().size() / g.out_channels;
  const Work work{.operations = 2.0 * static_cast<double>(kImages * products)};
  const auto t = OnFirstUse<ConvolutionOperands>(g);
  const std::string name = c.name;
  add("conv2d/" + name, work, [t, g] { ops::conv2d(g, t->in, t->weight, t->out_bias, t->out); });
  add("conv2d_transposed/" + name, work, [t, g] { ops::conv2d_transposed(g, t->out, t->weight, t->in_bias, t->in); });
  add("conv2d_weight_gradient/" + name, work, [t, g] { ops::conv2d_weight_gradient(g, t->in, t->out, t->weight); });
}

void add_pooling() {
  static constexpr ops::ConvGeometry g{32, 9, 9, 32, 4, 4, 2, 2, 0};
  const auto t = OnFirstUse<ConvolutionOperands>(g);
  const auto other = std::make_shared<Tensor>(noise({kImages, g.in_size()}));
  const auto bytes = [](int64_t ins, int64_t outs) {
    return Work{.bytes = 4.0 * static_cast<double>(kImages * (ins * g.in_size() + outs * g.out_size()))};
  };
  add("max_pool2d/32 k2", bytes(1, 1), [t] { ops::max_pool2d(g, t->in, t->out); });
  add("max_pool2d_backward/32 k2", bytes(2, 1), [t, other] { ops::max_pool2d_backward(g, t->in, t->out, *other); });
  add("max_pool2d_select/32 k2", bytes(2, 1), [t, other] { ops::max_pool2d_select(g, t->in, *other, t->out); });
}

}  // namespace

void add_products() {
  for (const Dense& d : kDense) add_dense(d);
}

void add_convolutions() {
  for (const Convolution& c : kConvolutions) add_convolution(c);
  add_pooling();
}

}  // namespace hourglass::bench
