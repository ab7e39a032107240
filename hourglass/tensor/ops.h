#pragma once

#include <cstdint>
#include <span>

#include "hourglass/tensor/activation.h"
#include "hourglass/tensor/tensor.h"

/// Arithmetic on tensors. An operation runs on the calling thread, through the backend of its views' device and element
/// type (backend.h): on the host, cpu/ for f32 (oneDNN, Highway) and reference/ for f64 (naive loops, the oracle of the
/// fast ones). All views of a call share both. No operation allocates memory after its first call with some shapes.
/// "assigned" outputs are overwritten, "accumulated" ones are added to. An empty view stands for an optional argument
/// that is absent. Images are channels-last, (rows, height, width, channels), passed as (rows, height·width·channels).
namespace hourglass::ops {

enum class Transpose : bool { no, yes };
enum class Write : bool { assign, accumulate };

/// c (m, n) = or += op(a)·op(b) + bias; a is (m, k) or its transpose (k, m), b (k, n) or (n, k), bias (n) or empty.
void matmul(ConstView a, Transpose ta, ConstView b, Transpose tb, View c, Write write = Write::assign,
            ConstView bias = {});
/// c (m, n) = or += a[:, first … first + m)ᵀ·b; a is (k, columns), b (k, n).
void matmul_columns(ConstView a, int64_t first, ConstView b, View c, Write write);

/// A number of rows and one of columns; from one number, the same for both.
struct PerAxis {
  int64_t rows, columns;
  constexpr PerAxis(int64_t both) : rows(both), columns(both) {}
  constexpr PerAxis(int64_t rows_, int64_t columns_) : rows(rows_), columns(columns_) {}
  friend bool operator==(const PerAxis&, const PerAxis&) = default;
};

/// The sizes of a convolution from images `in` to images `out`; a series is an image of one row. A transposed
/// convolution, from `out` to `in`, has those of the convolution that it transposes. Output pixel o reads the input
/// pixels o·stride + k·dilation − padding, 0 ≤ k < kernel, along each axis; pixels outside the image are zeros. Output
/// channels of a group read the input channels of that group.
struct ConvGeometry {
  int64_t in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  PerAxis kernel, stride, padding;
  PerAxis dilation = 1;
  int64_t groups = 1;
  int64_t in_size() const { return in_channels * in_height * in_width; }
  int64_t out_size() const { return out_channels * out_height * out_width; }
  /// (out_channels, in_channels / groups, rows, columns).
  Shape weight() const { return {out_channels, in_channels / groups, kernel.rows, kernel.columns}; }
  friend bool operator==(const ConvGeometry&, const ConvGeometry&) = default;
};

/// out assigned = weight ∗ in + bias. weight has the shape g.weight(), bias (out_channels) or empty.
void conv2d(const ConvGeometry& g, ConstView in, ConstView weight, ConstView bias, View out);
/// in assigned = weightᵀ ∗ out + bias: the gradient of conv2d, and the forward pass of a transposed convolution
/// (whose bias is (in_channels) or empty).
void conv2d_transposed(const ConvGeometry& g, ConstView out, ConstView weight, ConstView bias, View in);
/// grad_weight accumulated with the correlation of in and grad_out.
void conv2d_weight_gradient(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_weight);

/// out assigned = the maximum of each window, within the image: padding is never the maximum. Of equal elements the
/// first in row order counts; NaN is larger than any number.
void max_pool2d(const ConvGeometry& g, ConstView in, View out);
/// grad_in assigned = the gradient of max_pool2d: each window's gradient is added at its maximum. grad_out and grad_in
/// may hold k rows per row of `in`: rows k·i … k·i + k − 1 belong to row i.
void max_pool2d_backward(const ConvGeometry& g, ConstView in, ConstView grad_out, View grad_in);
/// out assigned = the elements of v at the maxima of in's windows; v has the shape of `in`, or k rows per row of it.
/// The transpose of max_pool2d_backward.
void max_pool2d_select(const ConvGeometry& g, ConstView in, ConstView v, View out);

/// in assigned: every pixel of `out` is added to each pixel of its window of `in`. Windows that tile `in`, stride =
/// kernel, repeat pixels.
void upsample2d(const ConvGeometry& g, ConstView out, View in);
/// out assigned = the sum of each window, within the image: the gradient of upsample2d, with the same geometry.
void sum_pool2d(const ConvGeometry& g, ConstView in, View out);
/// in assigned = `out` enlarged by the factor g.kernel of windows that tile `in`, with linear interpolation along each
/// axis between the centres of pixels. Beyond the outermost centres the values are constant (PyTorch's bilinear with
/// align_corners=False).
void interpolate2d(const ConvGeometry& g, ConstView out, View in);
/// out assigned = the transpose of interpolate2d, which is its gradient.
void interpolate2d_transposed(const ConvGeometry& g, ConstView in, View out);

/// out (rows, b, a) assigned = in (rows, a, b) with its last two axes swapped: changes images between channels-first
/// and channels-last.
void swap_axes(ConstView in, int64_t a, int64_t b, View out);

// Activations. Element-wise, except topk, which compares the elements of a row with each other.

/// a assigned = s(z).
void activate(Activation s, ConstView z, View a);
/// grad_z assigned = grad_a ∘ s'(z). a is s(z), from which some derivatives are cheaper to compute. grad_z may be
/// grad_a or z.
void activate_backward(Activation s, ConstView z, ConstView a, ConstView grad_a, View grad_z);
/// first assigned = s'(z), second assigned = s''(z); either may be empty. At a kink s'' = 0 and s' is the left one.
void activation_derivatives(Activation s, ConstView z, ConstView a, View first, View second);

/// Σ max(z,0) − z·x + ln(1 + exp(−|z|)) over all elements: binary cross-entropy of r = sigmoid(z) against x.
/// r assigned unless empty; grad_z assigned = scale·(r − x) unless empty, and may be z.
double bce_with_logits(ConstView z, ConstView x, double scale, View r, View grad_z);
/// Σ (r − x)². grad_r assigned = 2·scale·(r − x) unless empty, and may be r.
double squared_error(ConstView r, ConstView x, double scale, View grad_r);
/// Σ_rows −ln softmax(z)_class, one class of [0, columns) per row. grad_z assigned = scale·(softmax(z) − onehot(class))
/// unless empty, and may be z.
double cross_entropy(ConstView z, std::span<const int32_t> classes, double scale, View grad_z);

double sum_of_absolutes(ConstView x);
double sum_of_squares(ConstView x);
/// sums[j] assigned = Σ_rows x_j, or Σ_rows x_j².
void column_sums(ConstView x, std::span<double> sums);
void column_sums_of_squares(ConstView x, std::span<double> sums);
/// sums[j] assigned = Σ_rows a_j·b_j.
void column_dots(ConstView a, ConstView b, std::span<double> sums);
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

/// Coefficients of affine_columns, one per column. An empty list stands for zeros, for factors of ones.
struct ColumnAffine {
  std::span<const double> shift = {}, factor = {};      ///< of a
  std::span<const double> shift_b = {}, factor_b = {};  ///< of b
  std::span<const double> offset = {};
};
/// y_ij assigned = (a_ij − shift_j)·factor_j + (b_ij − shift_b_j)·factor_b_j + offset_j; b may be empty. y may be a or
/// b.
void affine_columns(const ColumnAffine& c, ConstView a, ConstView b, View y);
/// y_ij assigned = x_ij·(z_ij > 0 ? positive : negative_j). y may be x or z.
void scale_by_sign(ConstView z, double positive, std::span<const double> negative, ConstView x, View y);

/// A row is (positions, channels); its channels are cut into `groups` runs of the same length.
struct GroupLayout {
  int64_t positions, channels, groups;
  int64_t row() const { return positions * channels; }
  int64_t elements() const { return row() / groups; }  ///< of a group
};
/// y assigned = (x − mean)/√(variance + epsilon) with the mean and the biased variance of each group of a row;
/// inverse (rows, groups) assigned = 1/√(variance + epsilon).
void normalise_groups(const GroupLayout& g, double epsilon, ConstView x, View y, View inverse);
/// out assigned = P v with the derivative P of normalise_groups, given its results y and inverse. With n elements of a
/// group, P v = inverse·(v − Σ v/n − y·Σ(y·v)/n); P is symmetric. v has k rows per row of y: rows k·i … k·i + k − 1
/// belong to row i. out may be v.
void project_groups(const GroupLayout& g, ConstView y, ConstView inverse, ConstView v, View out);
/// grad accumulated: the gradient of ⟨a, P b⟩ with respect to x, summed over the k rows of a and b per row of y. With
/// S = Σ a·b − Σ a·Σ b/n − Σ(y·a)·Σ(y·b)/n it is −inverse/n·(inverse·S·y + Σ(y·b)·P a + Σ(y·a)·P b).
void project_groups_backward(const GroupLayout& g, ConstView y, ConstView inverse, ConstView a, ConstView b, View grad);

// Several rows per sample: x is (samples·k, units), rows k·i … k·i + k − 1 belong to row i of s (samples, units).
/// y assigned = s_i ∘ x for every row of sample i. y may be x.
void scale_rows_by_sample(ConstView s, ConstView x, View y);
/// y (samples, units) accumulated with s_i ∘ Σ a ∘ b over the rows of sample i.
void add_products_by_sample(ConstView s, ConstView a, ConstView b, View y);

// The code of a variational encoder: `in` is (rows, 2·units), the means μ of a row and then its ln σ².
/// out (rows, units) assigned = μ + exp(½ ln σ²)∘noise.
void gaussian_sample(ConstView in, ConstView noise, View out);
/// grad_in assigned = the gradient of gaussian_sample: grad_out for μ, ½ (out − μ)∘grad_out for ln σ².
void gaussian_backward(ConstView in, ConstView out, ConstView grad_out, View grad_in);
/// sums[j] assigned = Σ_rows ½ (μ_j² + σ_j² − ln σ_j² − 1): the Kullback–Leibler divergence of N(μ, σ²) from N(0, 1).
void gaussian_kl(ConstView in, std::span<double> sums);
/// grad (rows, 2·units) accumulated = the gradient of Σ_j factors[j]·sums[j]: factors∘μ, then factors∘½ (σ² − 1).
void add_gaussian_kl_gradient(std::span<const double> factors, ConstView in, View grad);

/// Σ_ij k(x_i, y_j) with the inverse multiquadratic kernel k(x, y) = Σ_s c_s / (c_s + ‖x − y‖²). x (n, units), y (m,
/// units). grad_x accumulated = alpha times the gradient with respect to x, y held constant, unless empty.
double imq_kernel(std::span<const double> c, ConstView x, ConstView y, double alpha, View grad_x);

/// y assigned = x / divisor, rounded once to single precision. x: y.size() bytes in host memory.
void divide_bytes(const uint8_t* x, double divisor, View y);

/// total (n) assigned = Σ_k parts_k[first, first + n), added in the order of k; parts is (micro-batches, parameters).
void sum_micro_batches(ConstView parts, int64_t first, View total);

/// Columns [first, first + count) of a matrix.
struct ColumnRange {
  int64_t first, count;
};
/// marks[j] assigned: not 0 if column j of x has an element that is not 0.
void mark_nonzero_columns(ConstView x, std::span<uint64_t> marks);
/// packed assigned = the columns of x in `ranges`, side by side.
void pack_columns(ConstView x, std::span<const ColumnRange> ranges, View packed);
/// The columns of y in `ranges` += packed.
void add_packed_columns(ConstView packed, std::span<const ColumnRange> ranges, View y);

struct AdamStep {
  double rate, beta1, beta2, epsilon;
  int64_t step;             ///< from 1
  double weight_decay = 0;  ///< AdamW's, which is no part of the gradient
};
/// Adam (Kingma & Ba 2015, algorithm 1): w −= rate·m̂/(√v̂ + ε), m and v updated. With weight decay, AdamW (Loshchilov &
/// Hutter 2019, algorithm 2, as PyTorch's): w is multiplied by 1 − rate·weight_decay first.
void adam(const AdamStep& s, ConstView gradient, View w, View m, View v);

struct SgdStep {
  double rate, momentum;
  bool nesterov = false;
};
/// Momentum as PyTorch's SGD: b = momentum·b + g, w −= rate·b (heavy ball); Nesterov's: w −= rate·(g + momentum·b).
void sgd(const SgdStep& s, ConstView gradient, View w, View b);

struct RmspropStep {
  double rate, alpha, epsilon, momentum;
};
/// RMSprop (Tieleman & Hinton 2012) as PyTorch's: v = alpha·v + (1 − alpha)·g², b = momentum·b + g/(√v + ε),
/// w −= rate·b.
void rmsprop(const RmspropStep& s, ConstView gradient, View w, View v, View b);

}  // namespace hourglass::ops
