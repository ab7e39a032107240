#pragma once

#include <cstdint>
#include <span>

#include "hourglass/tensor/activation.h"
#include "hourglass/tensor/tensor.h"

/// The only door to arithmetic. Every operation runs on the calling thread, on f32 (cpu/: oneDNN and Highway) or on f64
/// (reference/: naive loops, the oracle of the fast ones); all views of one call share a type. Nothing here allocates
/// once it has seen a shape. "assigned" outputs are overwritten, "accumulated" ones are added to. Empty views mark
/// optional arguments. Images are channels-last, (rows, height, width, channels), passed as (rows,
/// height·width·channels).
namespace hourglass::ops {

enum class Transpose : bool { no, yes };
enum class Write : bool { assign, accumulate };

/// c (m, n) = or += op(a)·op(b) + bias; a is (m, k) or its transpose (k, m), b (k, n) or (n, k), bias (n) or empty.
void matmul(ConstView a, Transpose ta, ConstView b, Transpose tb, View c, Write write = Write::assign,
            ConstView bias = {});
/// c (m, n) = or += a[:, first … first + m)ᵀ·b; a is (k, columns), b (k, n).
void matmul_columns(ConstView a, int64_t first, ConstView b, View c, Write write);

/// A convolution from `in` to `out`, seen forwards. A transposed convolution is the same map read backwards.
struct ConvGeometry {
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t kernel, stride, padding;
  int64_t in_size() const { return in_channels * in_height * in_width; }
  int64_t out_size() const { return out_channels * out_height * out_width; }
  friend bool operator==(const ConvGeometry&, const ConvGeometry&) = default;
};

/// out assigned = weight ∗ in + bias. weight (out_channels, in_channels, kernel, kernel), bias (out_channels) or empty.
void conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out);
/// in assigned = weightᵀ ∗ out + bias: the gradient of conv2d, and the forward pass of a transposed convolution
/// (whose bias is (in_channels) or empty).
void conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in);
/// grad_weight accumulated with the correlation of in and grad_out.
void conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_weight);

/// Max over windows, no padding counted: cells outside the image never win. Ties go to the first in row order.
void max_pool2d(const ConvGeometry& g, ConstView in, View out);
/// grad_in assigned: each window's gradient goes to its maximum. grad_out may hold several rows per row of `in`, side
/// by side: rows k·i … k·i + k − 1 belong to row i.
void max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in);
/// out assigned: from v, shaped like `in` but with several rows per row of it, what stands where in's windows have
/// their maximum. The transpose of max_pool2d_backward.
void max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out);

/// Between (rows, height·width, channels) and (rows, channels, height·width): out assigned, in is (rows, a, b) → (b,
/// a).
void swap_axes(ConstView in, int64_t a, int64_t b, View out);

// Activations: rows are samples, which only topk minds.

/// a assigned = s(z).
void activate(Activation s, ConstView z, View a);
/// grad_z assigned = grad_a ∘ s'(z); a = s(z) is given so that cheap derivatives stay cheap. grad_z may be grad_a or z.
void activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z);
/// first assigned = s'(z), second assigned = s''(z); either may be empty. At a kink s'' = 0 and s' is the left one.
void activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second);

/// Σ max(z,0) − z·x + ln(1 + exp(−|z|)) over all elements: binary cross-entropy of r = sigmoid(z) against x.
/// r assigned unless empty; grad_z assigned = scale·(r − x) unless empty, and may be z.
double bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z);
/// Σ (r − x)². grad_r assigned = 2·scale·(r − x) unless empty, and may be r.
double squared_error(ConstView r, ConstView x, double scale, View grad_r);
/// Σ_rows −ln softmax(z)_class, one class of [0, columns) per row. grad_z assigned scale·(softmax(z) − onehot(class))
/// unless empty, and may be z.
double cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z);

double sum_of_absolutes(ConstView x);
double sum_of_squares(ConstView x);
/// sums[j] assigned = Σ_rows x_j, or Σ_rows x_j².
void column_sums(ConstView x, std::span<double> sums);
void column_sums_of_squares(ConstView x, std::span<double> sums);
/// sums[i] assigned = Σ_columns x_i².
void row_sums_of_squares(ConstView x, std::span<double> sums);
/// y (columns) accumulated with Σ_rows x.
void add_column_sums(ConstView x, View y);

/// y += alpha·x, element-wise.
void add_scaled(double alpha, ConstView x, View y);
/// y += alpha·sign(x), sign(0) = 0.
void add_scaled_sign(double alpha, ConstView x, View y);
/// Σ x·y over all elements.
double dot(ConstView x, ConstView y);
/// x *= alpha.
void scale(double alpha, View x);
/// Every row of y += v (columns).
void add_to_rows(std::span<const double> v, View y);
/// y_ij += v_j·a_ij·b_ij.
void add_scaled_product(std::span<const double> v, ConstView a, ConstView b, View y);

// Several rows per sample: x is (samples·k, units), rows k·i … k·i + k − 1 belong to row i of s (samples, units).
/// y assigned = s_i ∘ x for every row of sample i. y may be x.
void scale_rows_by_sample(ConstView s, ConstView x, View y);
/// y (samples, units) accumulated with s_i ∘ Σ a ∘ b over the rows of sample i.
void add_products_by_sample(ConstView s, ConstView a, ConstView b, View y);

/// y assigned = x / divisor, rounded once to single precision. x holds y.size() bytes.
void divide_bytes(const uint8_t* x, double divisor, View y);

/// total (n) assigned = Σ_l lanes_l[first, first + n), in lane order; lanes is (lanes, parameters).
void sum_lanes(ConstView lanes, int64_t first, View total);

struct AdamStep {
  double rate, beta1, beta2, epsilon;
  int64_t step;  ///< from 1
};
/// Adam (Kingma & Ba 2015, algorithm 1): w −= rate·m̂/(√v̂ + ε), m and v updated.
void adam(const AdamStep& s, ConstView gradient, View w, View m, View v);
/// Heavy-ball momentum as PyTorch's SGD: b = momentum·b + g, w −= rate·b.
void sgd(double rate, double momentum, ConstView gradient, View w, View b);

}  // namespace hourglass::ops
